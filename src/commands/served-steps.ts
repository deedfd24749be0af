/** Records of one request through steps: what is wrong with one is the request's error. */
import type { PipeError } from '../errors.js';
import type { Batch } from '../formats/record.js';
import type { Step, StepContext } from '../steps/step.js';
import { splitSentences } from '../text/sentences.js';
import { chain } from './chunk-work.js';

export async function through(batch: Batch, steps: readonly Step[]): Promise<Batch> {
  const done: Batch = [];
  for await (const part of chain(once(batch), steps, CONTEXT)) done.push(...part);
  return done;
}

const CONTEXT: StepContext = {
  count: () => {},
  reject: (_, error: PipeError) => {
    throw error;
  },
};

async function* once(batch: Batch): AsyncGenerator<Batch> {
  yield await Promise.resolve(batch);
}

export const sentencesOf = (text: string): string[] =>
  splitSentences(text, { semicolon: false, maxChars: Number.MAX_SAFE_INTEGER }).map(({ start, end }) => text.slice(start, end));
