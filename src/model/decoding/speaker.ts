/** Sentences of ids to texts of ids: encoded in batches of like length, and searched together. */
import type { Engine } from '../../engine/ops.js';
import { readingsOf, type Parameters } from '../parameters.js';
import { batchesByLength, jobsOf, readOf } from '../predictor.js';
import type { Sentences } from '../sentences.js';
import { stepFeeds } from '../training/feeds.js';
import { compileEncoder, compileStep, stateNames, type TextModel } from './programs.js';
import { beamSearch, mostNext, type Found, type SearchOptions } from './search.js';

export interface Speaker {
  /** what is said of each sentence, in order; each has at least one token */
  say(sentences: Sentences): Promise<Found[]>;
  close(): Promise<void>;
}

/**
 * @param batchSize sentences that are searched together
 * @param quantize weights are rounded to 8 bits
 */
export async function openSpeaker(
  engine: Engine,
  model: TextModel,
  parameters: Parameters,
  options: SearchOptions,
  batchSize = 64,
  quantize = false,
): Promise<Speaker> {
  const encoder = await compileEncoder(engine, model, parameters, quantize);
  const step = await compileStep(engine, model, parameters, mostNext(options), quantize);
  const states = stateNames(model.head);
  return {
    say: async (sentences) => {
      const rows = Int32Array.from({ length: sentences.offsets.length - 1 }, (_, row) => row);
      const found = new Array<Found>(rows.length);
      const read = readOf(readingsOf(model)[0]!, parameters, sentences);
      const jobs = jobsOf(encoder, model, read, batchesByLength(rows, sentences.offsets, batchSize), (part) => stepFeeds(model.head, part));
      for (const { common, batches } of jobs) {
        const memories = await encoder.runAll(
          common,
          batches.map(({ feeds }) => feeds),
        );
        for (const [i, { part }] of batches.entries()) {
          const said = await beamSearch(step, memories[i]!, part.lengths, states, options);
          said.forEach((one, row) => (found[part.rows[row]!] = one));
        }
      }
      return found;
    },
    close: async () => {
      await encoder.close();
      await step.close();
    },
  };
}
