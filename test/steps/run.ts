/** Runs a step over records, for tests: what came out, what was counted, what was rejected. */
import type { PipeError } from '../../src/errors.js';
import type { SentenceRecord } from '../../src/formats/record.js';
import type { Step } from '../../src/steps/step.js';

export async function runStep(step: Step, records: SentenceRecord[]) {
  const counts = new Map<string, number>();
  const rejected: PipeError[] = [];
  const out: SentenceRecord[] = [];
  const context = {
    count: (what: string, howMany: number) => void counts.set(what, (counts.get(what) ?? 0) + howMany),
    reject: (_: SentenceRecord, error: PipeError) => void rejected.push(error),
  };
  // eslint-disable-next-line @typescript-eslint/require-await
  async function* batches() {
    for (let at = 0; at < records.length; at += 2) yield records.slice(at, at + 2);
  }
  for await (const batch of step(batches(), context)) out.push(...batch);
  return { out, counts, rejected };
}
