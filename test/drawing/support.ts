/** Scenes with made-up numbers, of any size: geometry does not ask where numbers are from. */
import type { CellName, Direction, Lane, Matrix, Scene } from '../../src/drawing/scene.js';

export interface SceneSpec {
  tokens: number;
  units: number;
  cell?: CellName;
  directions?: readonly Direction[];
  layers?: number;
  /** masked steps behind the tokens, and before them */
  padding?: number;
  paddingBefore?: number;
  words?: readonly string[];
  dim?: number;
  labels?: number;
  taken?: 'last' | 'first' | 'mean' | 'max';
  trace?: boolean;
}

const WORDS = ['昨天', '下午', '三点', '，', '我们', '在', '图书馆', 'AlphaGo-Zero', '等', '了', '半个', 'LSTM', '人工智能技术', '。'];
const GATES = {
  lstm: ['inputGate', 'forgetGate', 'candidate', 'outputGate'],
  gru: ['updateGate', 'resetGate', 'candidate'],
  rnn: [],
} as const;

/** A value in −1 … 1 that depends on its place only. */
const noise = (a: number, b: number, c: number): number => Math.sin(12.9898 * a + 78.233 * b + 37.719 * c) * 0.9;

export function sceneFor(spec: SceneSpec): Scene {
  const { tokens, units, cell = 'lstm', directions = ['forward'], layers = 1, padding = 0, paddingBefore = 0, words = WORDS } = spec;
  const steps = paddingBefore + tokens + padding;
  const mask = Array.from({ length: steps }, (_, t) => t >= paddingBefore && t < paddingBefore + tokens);
  const matrix = (columns: number, seed: number, share = false): Matrix => {
    const data = new Float32Array(steps * columns);
    for (let t = 0; t < steps; t++)
      if (mask[t]) for (let u = 0; u < columns; u++) data[t * columns + u] = share ? Math.abs(noise(t, u, seed)) : noise(t, u, seed);
    return { rows: steps, columns, data, from: 0, to: steps };
  };
  const lanes = Array.from({ length: layers }, (_, l) =>
    directions.map((direction, d): Lane => {
      const seed = 10 * l + 5 * d;
      return {
        layer: l + 1,
        direction,
        hiddenStates: matrix(units, seed + 1),
        cellStates: cell === 'lstm' ? matrix(units, seed + 2) : undefined,
        gates:
          spec.trace === false ? [] : GATES[cell].map((name, g) => ({ name, values: matrix(units, seed + 3 + g, name !== 'candidate') })),
      };
    }),
  ).flat();
  const real = mask.flatMap((one, t) => (one ? [t] : []));
  const { taken = 'last', labels = 2 } = spec;
  const ends = directions.map((direction) => ((direction === 'forward') === (taken === 'last') ? real.at(-1)! : real[0]!));
  return {
    ...{ id: '1', text: words.join(''), mask, cut: 0, cell, layers, units, directions, lanes, source: 'test' },
    tokens: mask.map((one, t) => (one ? words[(t - paddingBefore) % words.length]! : null)),
    ids: mask.map((one, t) => (one ? 1 + ((7 * t) % 90) : 0)),
    embeddings: matrix(spec.dim ?? units, 99),
    output: Float32Array.from({ length: units * directions.length }, (_, u) => noise(1, u, 50)),
    taken: { how: taken, timeSteps: taken === 'last' || taken === 'first' ? [...new Set(ends)] : real },
    logits: Float32Array.from({ length: labels }, (_, i) => noise(2, i, 60)),
    probabilities: Float32Array.from({ length: labels }, () => 1 / labels),
    labels: Array.from({ length: labels }, (_, i) => `label ${i}`),
    prediction: 'label 0',
  };
}
