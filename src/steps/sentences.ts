/** Step 1: texts to sentences, one record each. */
import { codePoints } from '../formats/code-points.js';
import { need, type Batch, type SentenceRecord } from '../formats/record.js';
import { splitSentences, type SentenceOptions } from '../text/sentences.js';
import { attempt, type Step } from './step.js';

/**
 * Cuts the `text` of each record: the sentence k of record `12` has the id `12#k` (k from 1) and the span of its place in the document
 * (code points); line breaks inside a sentence, which only wrapped text has, are taken out of `text`. Other fields are copied.
 * With `split: false` a text stays one record.
 */
export function sentences({ split, ...options }: SentenceOptions & { split: boolean }): Step {
  return async function* (batches, context) {
    for await (const batch of batches) {
      const done: Batch = [];
      for (const record of batch)
        attempt(record, context, () => {
          const text = need(record, 'text');
          const pieces = split ? cut(record, text, options) : [record];
          for (const piece of pieces) done.push(piece);
          context.count('addedRecords', pieces.length - 1);
          context.count('characters', codePoints(text));
        });
      if (done.length > 0) yield done;
    }
  };
}

function cut(record: SentenceRecord, text: string, options: SentenceOptions): SentenceRecord[] {
  const name = record.id ?? '';
  let [at, point] = [0, record.span?.[0] ?? 0];
  return splitSentences(text, options).map(({ start, end }, k) => {
    const first = point + codePoints(text.slice(at, start));
    const last = first + codePoints(text.slice(start, end));
    [at, point] = [end, last];
    return { ...record, id: `${name}#${k + 1}`, text: unwrapped(text.slice(start, end)), span: [first, last] };
  });
}

/** Lines of wrapped text joined: with nothing between, but with a space between two Latin letters or digits. */
function unwrapped(text: string): string {
  if (!/[\r\n]/.test(text)) return text;
  return text.replace(/(?<=([\x21-\x7e])?)\s*[\r\n]\s*(?=([\x21-\x7e])?)/g, (_, before?: string, after?: string) =>
    before && after ? ' ' : '',
  );
}
