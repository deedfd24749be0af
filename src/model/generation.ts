/** A language model writes: from a beginning on, token by token, several texts side by side. */
import type { Program } from '../engine/ops.js';
import type { ModelShape } from '../formats/model.js';

import { EMBEDDING, VECTORS, type Parameters } from './parameters.js';
import { uniform } from './random.js';
import { sample, type SamplingOptions } from './sampling.js';
import { firstStates, statesAfter } from './step.js';

export interface GenerationOptions extends SamplingOptions {
  seed: number;
  /** texts; each draws from a stream of its own */
  count: number;
  /** tokens of a text at most, those of the beginning not counted */
  length: number;
  /** the ids that stand before a text and after it, and those that no text has */
  begin: number;
  end: number;
  never: readonly number[];
}

/** The streams of random numbers that texts draw from. */
const STREAM = -4_000_000;

/**
 * The ids that follow the beginning, a text each, without the end.
 *
 * @param step a program that `compileStep` made
 */
export async function generate(
  step: Program,
  shape: ModelShape,
  parameters: Parameters,
  beginning: readonly number[],
  { seed, count, length, begin, end, never, ...sampling }: GenerationOptions,
): Promise<number[][]> {
  const table = parameters.get(EMBEDDING)!;
  const [rows, dim] = table.shape as [number, number];
  let states = firstStates(shape, count);
  /** one time step of all texts; gives the scores of the next token, [count, rows] */
  const read = async (ids: readonly number[]): Promise<Float32Array> => {
    const data = new Float32Array(count * dim);
    ids.forEach((id, text) => data.set(table.data.subarray(id * dim, (id + 1) * dim), text * dim));
    const results = await step.run({ [VECTORS]: { shape: [count, dim], data }, ...states });
    states = statesAfter(results);
    return Float32Array.from(results['logits']!.data);
  };
  let logits: Float32Array = new Float32Array(0);
  for (const id of [begin, ...beginning]) logits = await read(new Array<number>(count).fill(id));

  const random = Array.from({ length: count }, (_, text) => uniform(seed, STREAM - text));
  const texts: number[][] = random.map(() => []);
  const ended = random.map(() => false);
  for (let at = 0; at < length && !ended.every(Boolean); at++) {
    const chosen = texts.map((text, i) => {
      if (ended[i]) return end;
      const scores = logits.slice(i * rows, (i + 1) * rows);
      for (const none of never) scores[none] = -Infinity;
      const id = sample(scores, sampling, random[i]!);
      if (id === end) ended[i] = true;
      else text.push(id);
      return id;
    });
    if (at + 1 < length) logits = await read(chosen);
  }
  return texts;
}
