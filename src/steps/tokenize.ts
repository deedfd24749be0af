/** Step 2: text to tokens, with the place of each one. Cuts a whole batch in one call of the segmenter. */
import { need, type Batch, type SentenceRecord } from '../formats/record.js';
import { Spans } from '../formats/spans.js';
import type { AnySegmenter } from '../text/segmenter.js';
import { attempt, type Step, type StepContext } from './step.js';

/**
 * Adds `tokens`, `tokenSpans` ([start, end) in code points of `text`), `segmenter`, with a segmenter that knows parts of speech `pos`,
 * and with one that simplifies `originalText`.
 */
export function tokenize({ segmenter }: { segmenter: AnySegmenter }): Step {
  return async function* (batches, context) {
    for await (const batch of batches) {
      const records: Batch = [];
      const texts: string[] = [];
      for (const record of batch)
        attempt(record, context, () => {
          texts.push(segmenter.simplify ? segmenter.simplify(need(record, 'text')) : need(record, 'text'));
          records.push(record);
        });
      if (records.length > 0) yield await cutBatch(records, texts, segmenter, context);
    }
  };
}

async function cutBatch(
  records: Batch,
  texts: readonly string[],
  { cut, fingerprint, tagOf, simplify }: AnySegmenter,
  context: StepContext,
): Promise<Batch> {
  let [characters, tokenCount, droppedTokens] = [0, 0, 0];
  const done = (await cut(texts)).map(({ tokens, spans, dropped }, i): SentenceRecord => {
    // in place: a copy of each of a corpus's records would take as long as writing them
    const [record, text] = [records[i]!, texts[i]!];
    characters += SURROGATE.test(text) ? toCodePoints(spans, text) : text.length;
    tokenCount += tokens.length;
    droppedTokens += dropped;
    if (simplify) Object.assign(record, { originalText: record.text, text });
    record.tokens = tokens;
    record.tokenSpans = new Spans(spans);
    if (tagOf) record.pos = tokens.map(tagOf);
    record.segmenter = fingerprint;
    return record;
  });
  context.count('characters', characters);
  context.count('tokens', tokenCount);
  context.count('droppedTokens', droppedTokens);
  return done;
}

const SURROGATE = /[\uD800-\uDFFF]/;

/** Changes spans from code units to code points, in place; gives the length of the text. A lone surrogate is one code point. */
function toCodePoints(spans: number[], text: string): number {
  const points = new Int32Array(text.length + 1);
  let count = 0;
  for (let at = 0; at < text.length; count++) {
    points[at] = count;
    at += text.codePointAt(at)! > 0xffff ? 2 : 1;
    points[at] = count + 1;
  }
  for (const [i, unit] of spans.entries()) spans[i] = points[unit]!;
  return count;
}
