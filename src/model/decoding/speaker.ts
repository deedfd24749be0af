/** Sentences of ids to texts of ids: encoded in batches of like length, and searched together. */
import type { Engine } from '../../engine/ops.js';
import { batchesByLength } from '../batches.js';
import { readingsOf, type Parameters } from '../parameters.js';
import { atOnce, sideBySide } from '../jobs.js';
import { jobsOf, readOf, type Job } from '../predictor.js';
import type { Sentences } from '../sentences.js';
import { partOf, stepFeeds } from '../training/feeds.js';
import { compileEncoder, compileStep, memoryTypes, stateNames, type TextModel } from './programs.js';
import { beamSearch, mostNext, type Encoded, type Found, type Searching, type SearchOptions } from './search.js';

export interface Speaker {
  /** what is said of each sentence, in order; each has at least one token */
  say(sentences: Sentences): Promise<Found[]>;
  close(): Promise<void>;
}

/** Batches that are encoded before they are searched: what is left of some goes on with what is left of others. */
const TOGETHER = 16;

/** In rows, what a time step costs beside them: a decoder's has the matrix of all words that may be said, and a search is a group for each batch. */
const OVERHEAD = 64;

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
  const searching: Searching = { step, memory: memoryTypes(model), states: stateNames(model.head), options };
  return {
    say: async (sentences) => {
      const rows = Int32Array.from({ length: sentences.offsets.length - 1 }, (_, row) => row);
      const { lengths } = partOf(sentences, rows);
      const read = readOf(readingsOf(model)[0]!, parameters, sentences);
      const jobs = jobsOf(encoder, model, read, batchesByLength(rows, sentences.offsets, batchSize, { overhead: OVERHEAD }), (part) =>
        stepFeeds(model.head, part),
      );
      const found = new Array<Found>(rows.length);
      const searches = dealt(Array.from(jobs, oneByOne).flat(), atOnce(step.threads));
      await sideBySide(searches, step.threads, async (batches) => {
        const encoded: Encoded[] = [];
        for (const { common, batch } of batches) {
          const [given] = await encoder.runAll(common, [batch.feeds]);
          encoded.push({ given: given!, sentences: Array.from(batch.part.rows) });
        }
        for (const [sentence, one] of await beamSearch(searching, encoded, lengths)) found[sentence] = one;
      });
      return found;
    },
    close: async () => {
      await encoder.close();
      await step.close();
    },
  };
}

const oneByOne = ({ common, batches }: Job): { common: Job['common']; batch: Job['batches'][number] }[] =>
  batches.map((batch) => ({ common, batch }));

/**
 * Batches in searches of at most `TOGETHER`, a multiple of so many as run at once, one batch to each in turn: so each has its share of the long
 * ones, and none is long at work when the others have ended.
 */
function dealt<T>(batches: readonly T[], atOnce: number): T[][] {
  const rounds = Math.ceil(batches.length / TOGETHER / atOnce);
  const count = Math.min(rounds * atOnce, batches.length);
  return Array.from({ length: count }, (_, search) => batches.filter((_, i) => i % count === search));
}
