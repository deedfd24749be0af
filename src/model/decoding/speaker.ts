/** Sentences of ids to texts of ids: encoded in batches of like length, and searched together. */
import type { Engine, HostTensor } from '../../engine/ops.js';
import { readingsOf, type Parameters } from '../parameters.js';
import { readOf, vectorsOf } from '../predictor.js';
import type { Sentences } from '../sentences.js';
import { partOf, stepFeeds } from '../training/feeds.js';
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
 * @throws PipeError('usage') where the cell cannot be quantised
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
  const encode = async (sentences: Sentences, rows: Int32Array): Promise<{ memory: Record<string, HostTensor>; lengths: Int32Array }> => {
    const part = partOf(sentences, rows);
    const memory = await encoder.run({
      ...vectorsOf([readOf(readingsOf(model)[0]!, parameters, sentences)], rows),
      lengths: { shape: [rows.length], data: part.lengths },
      ...stepFeeds(model.head, part),
    });
    return { memory, lengths: part.lengths };
  };
  return {
    say: async (sentences) => {
      const { offsets } = sentences;
      const length = (row: number): number => offsets[row + 1]! - offsets[row]!;
      const order = Int32Array.from({ length: offsets.length - 1 }, (_, row) => row).sort((a, b) => length(a) - length(b) || a - b);
      const found = new Array<Found>(order.length);
      for (let at = 0; at < order.length; at += batchSize) {
        const rows = order.subarray(at, at + batchSize);
        const { memory, lengths } = await encode(sentences, rows);
        const said = await beamSearch(step, memory, lengths, states, options);
        said.forEach((one, i) => (found[rows[i]!] = one));
      }
      return found;
    },
    close: async () => {
      await encoder.close();
      await step.close();
    },
  };
}
