/** Scenes with made-up numbers, of any size: geometry does not ask where numbers are from. */
import type { CellName, Decoder, Direction, Lane, Matrix, Scene, Tagging } from '../../src/drawing/scene.js';

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
  taken?: 'last' | 'first' | 'mean' | 'max' | 'attention';
  /** a tagger of so many tags, in place of labels; with a chain of them or without */
  tags?: number;
  crf?: boolean;
  gradients?: boolean;
  /** a decoder that says so many words */
  says?: number;
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
        ...(spec.gradients
          ? { gradients: Array.from({ length: steps }, (_, t) => (mask[t] ? Math.exp(-t) * Math.abs(noise(t, d, 7)) : 0)) }
          : {}),
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
    taken: {
      how: taken,
      timeSteps: taken === 'last' || taken === 'first' ? [...new Set(ends)] : real,
      ...(taken === 'attention' ? { weights: real.map((_, i) => 1 / 2 ** Math.min(i + 1, real.length - 1)) } : {}),
    },
    logits: Float32Array.from({ length: labels }, (_, i) => noise(2, i, 60)),
    probabilities: Float32Array.from({ length: labels }, () => 1 / labels),
    squash: 'softmax',
    labels: Array.from({ length: labels }, (_, i) => `label ${i}`),
    prediction: 'label 0',
    ...(spec.tags === undefined
      ? {}
      : { output: undefined, logits: undefined, probabilities: undefined, taken: undefined, tagging: taggingFor(spec, mask) }),
    ...(spec.says === undefined
      ? {}
      : {
          output: undefined,
          logits: undefined,
          probabilities: undefined,
          taken: undefined,
          prediction: 'a text that is said '.repeat(9),
          decoder: decoderFor(spec.says, steps, real, units),
        }),
  };
}

function taggingFor({ tags = 3, crf }: SceneSpec, mask: readonly boolean[]): Tagging {
  const names = Array.from({ length: tags }, (_, i) => (i === 0 ? 'O' : `${i % 2 ? 'B' : 'I'}-${i > 4 ? 'ORGANISATION' : 'PER'}`));
  const at = mask.map((real, t) => (real ? names[(t * 2 + (t >> 2)) % tags]! : null));
  const data = new Float32Array(mask.length * tags);
  for (const [t, real] of mask.entries())
    if (real) for (let i = 0; i < tags; i++) data[t * tags + i] = names[i] === at[t] ? 0.9 : 0.1 / (tags - 1);
  const spans = at.flatMap((tag, t) =>
    tag?.startsWith('B') ? [{ start: t, end: at[t + 1]?.startsWith('I') ? t + 2 : t + 1, type: 'PER' }] : [],
  );
  return {
    ...{ tags: at, spans, chances: { names, values: { rows: mask.length, columns: tags, data, from: 0, to: mask.length } } },
    ...(crf ? { moves: at.map((_, t) => (t + 1 < at.length ? 2.5 * noise(t, 1, 3) : null)) } : {}),
  };
}

function decoderFor(says: number, steps: number, real: readonly number[], units: number): Decoder {
  const made = (columns: number, value: (row: number, column: number) => number): Matrix => ({
    ...{ rows: says, columns, from: 0, to: says },
    data: Float32Array.from({ length: says * columns }, (_, i) => value(Math.floor(i / columns), i % columns)),
  });
  const word = (i: number): string => ['the', 'antidisestablishmentarianism', 'of', '苹果', '<unk>', 'is'][i % 6]!;
  return {
    said: Array.from({ length: says }, (_, i) => ({
      ...{ token: i + 1 < says ? word(i) : '<eos>', probability: 0.61 },
      best: Array.from({ length: 3 }, (_, k) => ({ token: word(i + k), probability: 0.61 / 2 ** k })),
    })),
    attention: made(steps, (row, t) => (real.includes(t) ? (t === real[row % real.length] ? 0.8 : 0.2 / real.length) : 0)),
    states: made(units, (row, unit) => noise(row, unit, 4)),
    steps: Array.from({ length: says }, (_, s) =>
      Array.from({ length: s === 0 ? 1 : 3 }, (_, k) => ({
        token: s === 0 ? '<bos>' : word(s + k),
        parent: s === 0 ? -1 : k >> 1,
        logProbability: -s - k,
        chosen: k === 0,
      })),
    ),
    texts: [{ text: 'the of', logProbability: -3.2, score: -0.8 }],
  };
}
