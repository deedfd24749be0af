/** Counts the tokens of lines of JSON as they lie: for `vocab`, which is step 3 too. */
import { larger } from '../../formats/bytes.js';
import { fieldNumber } from '../../formats/plain-line.js';
import { TextTable } from '../../formats/text-table.js';
import type { TokenCounts } from '../../text/counts.js';
import type { LineStep } from './step.js';

/** A fold over lines; what they gave is in the accumulator after `finish`. */
export interface LineFold {
  /** writes nothing */
  step: LineStep;
  /** how many texts it holds */
  size(): number;
  finish(): void;
}

const [TOKENS, SEGMENTER] = [fieldNumber('tokens'), fieldNumber('segmenter')];

/** Undefined where features are counted too. The first records of all are left to `addTokens`, so that they say what the segmenter is. */
export function countLines(counts: TokenCounts): LineFold | undefined {
  if (Object.keys(counts.features).length > 0) return undefined;
  let table = new TextTable();
  let found = new Float64Array(1 << 10);
  let segmenter: Uint8Array | undefined;
  return {
    step: () => (line) => {
      if (!line.has(TOKENS) || counts.segmenter === undefined) return false;
      segmenter ??= Buffer.from(JSON.stringify(counts.segmenter));
      if (line.has(SEGMENTER) ? !line.is(SEGMENTER, segmenter) : counts.segmenter !== '') return false;
      for (let i = 0; i < line.tokenCount; i++) {
        const number = table.add(line.bytes, line.tokens[2 * i]!, line.tokens[2 * i + 1]!);
        if (number === found.length) found = larger(found, new Float64Array(2 * found.length));
        found[number]!++;
      }
      return true;
    },
    size: () => table.size,
    finish: () => {
      counts.packed = { texts: table.json(), counts: found.subarray(0, table.size) };
      [table, found] = [new TextTable(), new Float64Array(1 << 10)];
    },
  };
}
