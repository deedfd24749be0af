/** What lives of some groups, in one: each hypothesis keeps its sentence's memory and the states that it goes on from. */
import fc from 'fast-check';
import type { HostTensor, InputType } from '../../../src/engine/ops.js';
import { FAR, type Memory } from '../../../src/model/attention.js';
import { countLiving, joined, type Group } from '../../../src/model/decoding/group.js';

const node = { token: 5, logProbability: -1, length: 1, lookedAt: 0, before: undefined };
const UNITS = 2;

const types = (keysInTime: boolean): Memory<InputType> => ({
  keys: { type: 'float', shape: keysInTime ? ['batch', 'timeSteps', 3] : ['batch', 3, 'timeSteps'] },
  values: { type: 'float', shape: ['batch', 'timeSteps', 4] },
  barred: { type: 'float', shape: ['batch', 1, 'timeSteps'] },
});

/** A number that tells what it belongs to. */
const number = (sentence: number, timeStep: number, unit: number): number => 10_000 * sentence + 100 * timeStep + unit + 1;

function filled(
  shape: readonly (number | string)[],
  sentences: readonly number[],
  lengths: readonly number[],
  timeSteps: number,
): HostTensor {
  const sizes = [sentences.length, ...shape.slice(1).map((size) => (typeof size === 'number' ? size : timeSteps))];
  const axis = shape.indexOf('timeSteps');
  const data: number[] = [];
  for (const sentence of sentences)
    for (let i = 0; i < sizes[1]!; i++)
      for (let j = 0; j < sizes[2]!; j++) {
        const [t, unit] = axis === 1 ? [i, j] : [j, i];
        data.push(t < lengths[sentence]! ? number(sentence, t, unit) : -FAR);
      }
  return { shape: sizes, data: Float32Array.from(data) };
}

/** Sentences that live with so many hypotheses, in groups. */
const drawn = fc.record({
  groups: fc.array(fc.array(fc.record({ length: fc.integer({ min: 1, max: 5 }), hypotheses: fc.nat(3) }), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  }),
  keysInTime: fc.boolean(),
});

test('groups become one', () => {
  fc.assert(
    fc.property(drawn, ({ groups: described, keysInTime }) => {
      const all = described.flat();
      fc.pre(all.some(({ hypotheses }) => hypotheses > 0));
      const lengths = all.map(({ length }) => length);
      let [first, state] = [0, 0];
      const groups = described.map((members): Group => {
        const sentences = members.map((_, i) => first + i);
        first += members.length;
        const timeSteps = Math.max(...sentences.map((sentence) => lengths[sentence]!));
        const rows = members.flatMap(({ hypotheses }, sentence) =>
          Array.from({ length: hypotheses }, (_, place) => ({ node, sentence, parent: 0, parentPlace: place })),
        );
        // of the step before, in another order
        rows.forEach((row, i) => (row.parent = rows.length - 1 - i));
        const states = { shape: [rows.length, UNITS], data: Float32Array.from({ length: rows.length * UNITS }, () => ++state) };
        const { keys, values, barred } = types(keysInTime);
        const memory = (type: InputType): HostTensor => filled(type.shape, sentences, lengths, timeSteps);
        return {
          sentences,
          rows,
          states: { state: states },
          room: {},
          memory: { keys: memory(keys), values: memory(values), barred: memory(barred) },
        };
      });
      const one = joined(groups, lengths, types(keysInTime));
      const alive = all.flatMap(({ hypotheses }, sentence) => (hypotheses > 0 ? [sentence] : []));
      expect(one.sentences).toEqual(alive);
      expect(countLiving(one)).toBe(alive.length);
      const longest = Math.max(...alive.map((sentence) => lengths[sentence]!));
      for (const name of ['keys', 'values', 'barred'] as const) {
        const { shape } = types(keysInTime)[name];
        const whole = filled(shape, alive, lengths, longest);
        expect(one.memory[name].shape).toEqual(whole.shape);
        // where a sentence is not, its memory may be anything, but it is barred
        const there = (tensor: HostTensor): number[] =>
          Array.from(tensor.data, (value) => (name === 'barred' ? value : Math.max(value, 0)));
        expect(there(one.memory[name])).toEqual(there(whole));
      }
      const [before, after] = [groups.flatMap((group) => group.rows.map((row) => ({ row, group }))), one.rows];
      expect(after).toHaveLength(before.length);
      for (const [i, { row, group }] of before.entries()) {
        expect(one.sentences[after[i]!.sentence]).toBe(group.sentences[row.sentence]);
        const stateOf = ({ states }: Group, parent: number): number[] =>
          Array.from(states['state']!.data.subarray(parent * UNITS, (parent + 1) * UNITS));
        expect(stateOf(one, after[i]!.parent)).toEqual(stateOf(group, row.parent));
        expect([after[i]!.node, after[i]!.parentPlace]).toEqual([row.node, row.parentPlace]);
      }
    }),
  );
});
