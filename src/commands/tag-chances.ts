/** How probable a tagger finds each tag at each token of a sentence that it was walked through. */
import type { SentenceRecord } from '../formats/record.js';
import { compileHead } from '../model/build.js';
import { chainOf } from '../model/heads/tag.js';
import { marginalsOf } from '../model/tags/marginals.js';
import type { Walkable } from './model-walk.js';

export interface TagChances {
  names: readonly string[];
  /** [real time steps, names] */
  values: Float32Array;
  /** of a CRF, the score of the move from each tag of the answer to the next one */
  moves?: readonly number[] | undefined;
}

/** @returns undefined for a model of another task */
export async function tagChances(model: Walkable, record: SentenceRecord): Promise<TagChances | undefined> {
  const { head } = model.document;
  if (head.task !== 'tag' && head.task !== 'segment') return undefined;
  const states = record.hiddenStates!;
  const width = states.shape[1]!;
  const real = Array.from({ length: states.shape[0]! }, (_, t) => t).filter((t) => record.mask === undefined || record.mask[t] === 1);
  const data = new Float32Array(real.length * width);
  for (const [row, t] of real.entries()) data.set(states.row(t), row * width);
  const program = await compileHead(model.engine, model.document, model.parameters);
  try {
    const { scores } = await program.run({ hiddenStates: { shape: [real.length, 1, width], data } });
    const chain = chainOf(head, model.parameters);
    const size = head.tags.length;
    const all = Float32Array.from(scores!.data);
    if (!head.crf) return { names: head.tags, values: softmaxOfRows(all, size) };
    const path = record.tags!.map((tag) => head.tags.indexOf(tag));
    const moves = path.slice(1).map((to, i) => chain.transitions[path[i]! * size + to]!);
    return { names: head.tags, values: marginalsOf(chain, all), moves };
  } finally {
    await program.close();
  }
}

function softmaxOfRows(scores: Float32Array, size: number): Float32Array {
  const values = new Float32Array(scores.length);
  for (let begin = 0; begin < scores.length; begin += size) {
    const row = scores.subarray(begin, begin + size);
    const largest = row.reduce((most, one) => Math.max(most, one), -Infinity);
    const sum = row.reduce((all, one) => all + Math.exp(one - largest), 0);
    for (let tag = 0; tag < size; tag++) values[begin + tag] = Math.exp(row[tag]! - largest) / sum;
  }
  return values;
}
