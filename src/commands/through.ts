/** A few records through steps, for who looks at them or has asked for them: a record that a step refuses is an error. */
import { PipeError } from '../errors.js';
import type { Batch, SentenceRecord } from '../formats/record.js';
import type { Step, StepContext } from '../steps/step.js';
import { throughSteps } from './chunk-run.js';

/** @throws PipeError for what a step refuses */
export const through = (batch: Batch, steps: readonly Step[]): Promise<Batch> => throughSteps(batch, steps, CONTEXT);

const CONTEXT: StepContext = {
  count: () => {},
  reject: (_, error: PipeError) => {
    throw error;
  },
};

/** One record. @throws PipeError where nothing is left of it */
export async function throughOne(record: SentenceRecord, steps: readonly Step[]): Promise<SentenceRecord> {
  const [done] = await through([record], steps);
  if (done === undefined) throw new PipeError('data', 'nothing is left of the sentence', { hint: 'give it a word' });
  return done;
}
