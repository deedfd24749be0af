/** Step 4 on lines of JSON: `ids` become of one length where they stand, and `length`, `mask` and `kept` are put behind. See `../pad.ts` for what it does. */
import { COMMA } from '../../formats/json-scan.js';
import { fieldNumber } from '../../formats/plain-line.js';
import { PAD } from '../../text/specials.js';
import type { PadOptions } from '../pad.js';
import type { DoLine, LineStep } from './step.js';

const IDS = fieldNumber('ids');
/** Fields that `pad` adds, refuses or changes too: lines that have one are left. */
const OTHERS = (['length', 'mask', 'kept', 'ngramIds', 'prefixIds', 'suffixIds'] as const).map(fieldNumber);

export function padLines({ length, padding, truncating }: PadOptions): LineStep {
  const filled = (real: number, ones: string, zeros: string): string => {
    const parts = [
      ones,
      Array<string>(length - real)
        .fill(zeros)
        .join(','),
    ];
    return (padding === 'post' ? parts : parts.reverse()).filter(Boolean).join(',');
  };
  // what stands around and behind the ids of a sentence with so many real tokens
  const made: { before: Buffer; after: Buffer; behind: Buffer }[] = [];
  const around = (real: number): (typeof made)[number] => {
    const [before, after] = filled(real, real > 0 ? '*' : '', String(PAD)).split('*');
    const mask = filled(real, Array<string>(real).fill('1').join(','), '0');
    return {
      before: Buffer.from(before!),
      after: Buffer.from(after ?? ''),
      behind: Buffer.from(`,"length":${real},"mask":[${mask}],"kept":[`),
    };
  };
  const padLine: DoLine = (line, out, context) => {
    if (!line.has(IDS) || OTHERS.some((field) => line.has(field))) return false;
    const { bytes } = line;
    const [start, end] = [line.startOf(IDS) + 1, line.endOf(IDS) - 1];
    let count = end > start ? 1 : 0;
    for (let at = start; at < end; at++) if (bytes[at] === COMMA) count++;
    const real = Math.min(count, length);
    const from = truncating === 'post' ? 0 : count - real;
    const [keptStart, keptEnd] = [afterCommas(bytes, start, end, from), beforeComma(bytes, start, end, from + real)];
    const { before, after, behind } = (made[real] ??= around(real));
    out.put(bytes, line.begin, start);
    out.put(before);
    if (real > 0) out.put(bytes, keptStart, keptEnd);
    out.put(after);
    out.put(bytes, end, line.end);
    out.put(behind);
    out.put(Buffer.from(`${from},${from + real}]}\n`));
    if (count > length) {
      context.count('cutTokens', count - length);
      context.count('cutRecords', 1);
    }
    context.count('paddedSteps', length - real);
    return true;
  };
  return () => padLine;
}

/** The place behind so many commas of bytes[start, end), or `end`. */
function afterCommas(bytes: Uint8Array, start: number, end: number, commas: number): number {
  let at = start;
  for (let left = commas; left > 0 && at < end; at++) if (bytes[at] === COMMA) left--;
  return at;
}

/** Where the first `count` values of bytes[start, end) end. */
function beforeComma(bytes: Uint8Array, start: number, end: number, count: number): number {
  const at = afterCommas(bytes, start, end, count);
  return at < end && bytes[at - 1] === COMMA ? at - 1 : at;
}
