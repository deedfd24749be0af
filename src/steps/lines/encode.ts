/** Step 3 on lines of JSON: `ids` and `vocabulary` are put behind the fields that are there. See `../encode.ts` for what it does. */
import { fieldNumber } from '../../formats/plain-line.js';
import { SPECIALS, UNKNOWN } from '../../text/specials.js';
import type { EncodeOptions } from '../encode.js';
import type { DoLine, LineStep } from './step.js';

const [TOKENS, SEGMENTER, IDS, VOCABULARY] = (['tokens', 'segmenter', 'ids', 'vocabulary'] as const).map(fieldNumber) as [
  number,
  number,
  number,
  number,
];

/** Undefined for a vocabulary with features. Leaves lines that are encoded already, and those that `encode` rejects. */
export function encodeLines({ vocabulary, oov, atLeastOne = false }: EncodeOptions): LineStep | undefined {
  if (Object.keys(vocabulary.features).length > 0) return undefined;
  const { table } = vocabulary;
  const segmenter = vocabulary.segmenter === '' ? undefined : Buffer.from(JSON.stringify(vocabulary.segmenter));
  const [before, after] = [Buffer.from(',"ids":['), Buffer.from(`],"vocabulary":${JSON.stringify(vocabulary.hash)}}\n`)];
  let ids = new Int32Array(256);
  const encodeLine: DoLine = (line, out, context) => {
    const { bytes, tokens, tokenCount } = line;
    if (atLeastOne && tokenCount === 0) return false;
    if (!line.has(TOKENS) || line.has(IDS) || line.has(VOCABULARY)) return false;
    if (segmenter && line.has(SEGMENTER) && !line.is(SEGMENTER, segmenter)) return false;
    if (ids.length < tokenCount) ids = new Int32Array(2 * tokenCount);
    let unknown = 0;
    for (let i = 0; i < tokenCount; i++) {
      const found = table.find(bytes, tokens[2 * i]!, tokens[2 * i + 1]!);
      if (found < 0) unknown++;
      ids[i] = found < 0 ? UNKNOWN : found + SPECIALS.length;
    }
    if (unknown > 0 && oov === 'error') return false;
    context.count('encodedTokens', tokenCount);
    context.count('unknownTokens', unknown);
    out.put(bytes, line.begin, line.end);
    out.put(before);
    out.numbers(ids.subarray(0, tokenCount));
    out.put(after);
    return true;
  };
  return () => encodeLine;
}
