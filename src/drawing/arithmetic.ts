/** One unit of one time step as its equations: with signs, with numbers, and what comes out. Real text, in the words of the field. */
import { decimals, factor, subscript, term } from './numbers.js';
import { before, rowOf, type Lane, type Matrix, type Scene } from './scene.js';
import type { Language } from './words.js';

export interface Line {
  /** the sign: i, f, c̃, o, z, r, h̃, c, h */
  sign: string;
  name: string;
  /** = σ(x·Wᵢ + h·Uᵢ + bᵢ) */
  equation: string;
  /** = σ(0.9569 + 0.0975); undefined where the record does not hold the sums */
  numbers?: string | undefined;
  value: number;
  /** what the shown numbers give, unrounded: held to `value` by a test */
  recomputed?: number | undefined;
  tensor: string;
}

const DIGITS = 4;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const NAMES: Record<string, readonly [string, string]> = {
  inputGate: ['input gate', '输入门'],
  forgetGate: ['forget gate', '遗忘门'],
  candidate: ['candidate', '候选值'],
  outputGate: ['output gate', '输出门'],
  updateGate: ['update gate', '更新门'],
  resetGate: ['reset gate', '重置门'],
  cellStates: ['cell state', '细胞状态'],
  hiddenStates: ['hidden state', '隐藏状态'],
};

/** The letter of a gate's weights, as a subscript where Unicode has it. */
const LETTER: Record<string, string> = {
  inputGate: 'ᵢ',
  forgetGate: '_f',
  candidate: '_c',
  outputGate: 'ₒ',
  updateGate: '_z',
  resetGate: '_r',
  hiddenState: '',
};

const at = (matrix: Matrix | undefined, timeStep: number | undefined, unit: number): number | undefined => {
  if (!matrix || timeStep === undefined) return undefined;
  return rowOf(matrix, timeStep)?.[unit];
};

/** The lines of a unit, in the order of computing; none where the picture does not hold the time step. */
export function arithmetic(scene: Scene, lane: Lane, timeStep: number, unit: number, language: Language): Line[] {
  const previous = before(scene, timeStep, lane.direction);
  // before the first step read, states are zeros
  const hiddenBefore = previous === undefined ? 0 : at(lane.hiddenStates, previous, unit);
  const cellBefore = previous === undefined ? 0 : at(lane.cellStates, previous, unit);
  const hidden = at(lane.hiddenStates, timeStep, unit);
  if (hidden === undefined || scene.mask[timeStep] !== true) return [];
  const name = (key: string): string => NAMES[key]![language === 'en' ? 0 : 1];
  const value = (gate: string): number | undefined => at(lane.gates.find((one) => one.name === gate)?.values, timeStep, unit);
  const sums = (gate: string): [number, number] | undefined => {
    const both = lane.sums?.find((one) => one.name === gate);
    const [input, recurrent] = [at(both?.input, timeStep, unit), at(both?.recurrent, timeStep, unit)];
    return input === undefined || recurrent === undefined ? undefined : [input, recurrent];
  };
  const now = subscript(timeStep + 1);
  const then = subscript(previous === undefined ? 0 : previous + 1);
  const x = `x${now}`;
  const h = `h${then}`;

  const gate = (key: string, sign: string): Line[] => {
    const is = value(key);
    if (is === undefined) return [];
    const letter = key === 'candidate' && scene.cell === 'gru' ? '_h' : LETTER[key]!;
    const how = key === 'candidate' ? 'tanh' : 'σ';
    const both = sums(key);
    const apply = (sum: number): number => (how === 'tanh' ? Math.tanh(sum) : sigmoid(sum));
    return [
      {
        ...{ sign, name: name(key), value: is, tensor: key },
        equation: `${how}(${x}·W${letter} + b${letter} + ${h}·U${letter} + b′${letter})`,
        numbers: both && `${how}(${decimals(both[0], DIGITS)} ${term(both[1], DIGITS)})`,
        recomputed: both && apply(both[0] + both[1]),
      },
    ];
  };

  if (scene.cell === 'lstm') {
    const [i, f, g, o, c] = [
      value('inputGate'),
      value('forgetGate'),
      value('candidate'),
      value('outputGate'),
      at(lane.cellStates, timeStep, unit),
    ];
    const lines = [...gate('inputGate', 'i'), ...gate('forgetGate', 'f'), ...gate('candidate', 'c\u0303'), ...gate('outputGate', 'o')];
    if (c === undefined) return lines;
    const known = i !== undefined && f !== undefined && g !== undefined && cellBefore !== undefined;
    lines.push({
      ...{ sign: `c${now}`, name: name('cellStates'), value: c, tensor: 'cellStates', equation: `f × c${then} + i × c\u0303` },
      numbers: known ? `${decimals(f, DIGITS)} × ${factor(cellBefore, DIGITS)} + ${decimals(i, DIGITS)} × ${factor(g, DIGITS)}` : undefined,
      recomputed: known ? f * cellBefore + i * g : undefined,
    });
    lines.push({
      ...{ sign: `h${now}`, name: name('hiddenStates'), value: hidden, tensor: 'hiddenStates', equation: `o × tanh(c${now})` },
      numbers: o === undefined ? undefined : `${decimals(o, DIGITS)} × tanh(${decimals(c, DIGITS)})`,
      recomputed: o === undefined ? undefined : o * Math.tanh(c),
    });
    return lines;
  }
  if (scene.cell === 'gru') {
    const [z, r, candidate] = [value('updateGate'), value('resetGate'), value('candidate')];
    const both = sums('candidate');
    const reset = resetOf(scene, lane, timeStep);
    const lines = [...gate('updateGate', 'z'), ...gate('resetGate', 'r')];
    if (candidate !== undefined) {
      const after = reset !== 'before';
      const known = both !== undefined && r !== undefined;
      lines.push({
        ...{ sign: 'h\u0303', name: name('candidate'), value: candidate, tensor: 'candidate' },
        equation: after ? `tanh(${x}·W_h + b_h + r × (${h}·U_h + b′_h))` : `tanh(${x}·W_h + b_h + (r × ${h})·U_h + b′_h)`,
        numbers: !known
          ? undefined
          : after
            ? `tanh(${decimals(both[0], DIGITS)} + ${decimals(r, DIGITS)} × ${factor(both[1], DIGITS)})`
            : `tanh(${decimals(both[0], DIGITS)} ${term(both[1], DIGITS)})`,
        recomputed: known ? Math.tanh(both[0] + (after ? r : 1) * both[1]) : undefined,
      });
    }
    const known = z !== undefined && candidate !== undefined && hiddenBefore !== undefined;
    lines.push({
      ...{ sign: `h${now}`, name: name('hiddenStates'), value: hidden, tensor: 'hiddenStates', equation: `(1 − z) × h\u0303 + z × ${h}` },
      numbers: known
        ? `(1 − ${decimals(z, DIGITS)}) × ${factor(candidate, DIGITS)} + ${decimals(z, DIGITS)} × ${factor(hiddenBefore, DIGITS)}`
        : undefined,
      recomputed: known ? (1 - z) * candidate + z * hiddenBefore : undefined,
    });
    return lines;
  }
  const both = sums('hiddenState');
  return [
    {
      ...{ sign: `h${now}`, name: name('hiddenStates'), value: hidden, tensor: 'hiddenStates', equation: `tanh(${x}·W + b + ${h}·U + b′)` },
      numbers: both && `tanh(${decimals(both[0], DIGITS)} ${term(both[1], DIGITS)})`,
      recomputed: both && Math.tanh(both[0] + both[1]),
    },
  ];
}

/** Whether a GRU's reset gate acts before or after the recurrent product: the sums tell it. */
export function resetOf({ cell }: Scene, lane: Lane, timeStep: number): 'before' | 'after' | undefined {
  const sums = lane.sums?.find(({ name }) => name === 'candidate');
  const row = (matrix: Matrix | undefined): Float32Array | undefined => matrix && rowOf(matrix, timeStep);
  const [input, recurrent] = [row(sums?.input), row(sums?.recurrent)];
  const [r, candidate] = ['resetGate', 'candidate'].map((name) => row(lane.gates.find((gate) => gate.name === name)?.values));
  if (cell !== 'gru' || !input || !recurrent || !r || !candidate) return undefined;
  const error = (weight: (unit: number) => number): number =>
    candidate.reduce((sum, value, unit) => sum + Math.abs(Math.tanh(input[unit]! + weight(unit) * recurrent[unit]!) - value), 0);
  return error((unit) => r[unit]!) <= error(() => 1) ? 'after' : 'before';
}
