/** A record, from whichever step, to the scene that is drawn. */
import { PipeError } from '../errors.js';
import type { LayerTrace, SentenceRecord } from '../formats/record.js';
import { firstNotFinite, type Tensor } from '../formats/tensor.js';
import { decoderOf } from './from-search.js';
import { decimals } from './numbers.js';
import type { Lane, Matrix, Scene, Tagging } from './scene.js';

const matrixOf = ({ shape, data }: Tensor): Matrix => ({ rows: shape[0]!, columns: shape[1]!, data, from: 0, to: shape[0]! });

/** The gates in the order in which the cell's kernels hold them, whatever order the JSON has. */
const ORDER = ['inputGate', 'updateGate', 'forgetGate', 'resetGate', 'candidate', 'outputGate'];

export interface SceneOptions {
  /** names of the logits, where the record does not tell them */
  labels?: readonly string[] | undefined;
  source?: string | undefined;
  /** of a layer and direction ‖∂loss/∂hₜ‖ at the real time steps */
  gradients?: readonly { layer: number; direction: string; norms: readonly number[] }[] | undefined;
  /** how probable each tag is at each real time step, and the scores of the moves between the tags of the path */
  tagChances?: { names: readonly string[]; values: Float32Array; moves?: readonly number[] | undefined } | undefined;
}

/**
 * @throws PipeError('data') where there is nothing to draw, where lengths contradict one another, or where a number is not
 *   finite: it names the time step and the unit
 */
export function sceneOf(record: SentenceRecord, { labels, source, gradients, tagChances }: SceneOptions = {}): Scene {
  const timeSteps = lengthOf(record);
  const mask = (record.mask ?? Array<number>(timeSteps).fill(1)).map((one) => one === 1);
  const real = mask.flatMap((one, t) => (one ? [t] : []));
  const lanes = lanesOf(record).map((lane) => withGradients(lane, gradients, timeSteps, real));
  const embeddings = record.embeddings && matrixOf(record.embeddings);
  const names: [string, Matrix | undefined][] = [
    ['embeddings', embeddings],
    ...lanes.flatMap(({ layer, direction, hiddenStates, cellStates, gates }): [string, Matrix | undefined][] => [
      [`hiddenStates of layer ${layer} ${direction}`, hiddenStates],
      [`cellStates of layer ${layer} ${direction}`, cellStates],
      ...gates.map(({ name, values }): [string, Matrix] => [`${name} of layer ${layer} ${direction}`, values]),
    ]),
  ];
  if (mask.length !== timeSteps) throw lengths('mask', mask.length, timeSteps);
  for (const [name, matrix] of names) if (matrix) checkMatrix(name, matrix, timeSteps);
  for (const name of ['output', 'logits', 'probabilities'] as const) checkVector(name, record[name]);
  const network = record.network;
  return {
    id: String(record.id ?? 1),
    text: record.text ?? (record.tokens ?? []).join(''),
    mask,
    ...tokensOf(record, mask),
    ids: record.ids,
    cell: network?.cell,
    layers: network?.layers ?? 1,
    units: network?.units ?? lanes[0]?.hiddenStates.columns ?? 0,
    directions: network?.directions ?? ['forward'],
    embeddings,
    lanes,
    output: record.output?.data,
    taken: record.taken && {
      how: record.taken.how,
      timeSteps: record.taken.timeSteps.map((timeStep) => timeStep - 1),
      ...(record.taken.weights ? { weights: record.taken.weights } : {}),
    },
    logits: record.logits?.data,
    ...chancesOf(record, labels),
    squash: record.labels ? 'sigmoid' : 'softmax',
    prediction: answerOf(record),
    tagging: taggingOf(record, timeSteps, real, tagChances),
    decoder: record.search && decoderOf(record.search, record.said, timeSteps, real),
    source: source ?? '',
  };
}

function withGradients(lane: Lane, gradients: SceneOptions['gradients'], timeSteps: number, real: readonly number[]): Lane {
  const own = gradients?.find(({ layer, direction }) => layer === lane.layer && direction === lane.direction);
  if (!own) return lane;
  const norms = Array<number>(timeSteps).fill(0);
  for (const [i, t] of real.entries()) norms[t] = own.norms[i]!;
  return { ...lane, gradients: norms };
}

/** Probabilities and names of the labels; of a model that tells its best answers only, those. */
function chancesOf(record: SentenceRecord, labels: readonly string[] | undefined): Pick<Scene, 'probabilities' | 'labels'> {
  const { probabilities, top } = record;
  if (!probabilities && !record.logits && top)
    return { probabilities: Float32Array.from(top, ({ probability }) => probability), labels: top.map(({ label }) => label) };
  return { probabilities: probabilities?.data, labels: labelsOf(record, labels) };
}

/** The answer as a line of text, whatever the head's is. */
function answerOf({ prediction, labels, numbers, words, spans, tags, tokens }: SentenceRecord): string | undefined {
  if (prediction !== undefined) return prediction;
  if (labels) return labels.length > 0 ? labels.join(', ') : '–';
  if (numbers) return Array.from(numbers.data, (one) => decimals(one, 4)).join(', ');
  if (words) return words.join(' ');
  if (spans)
    return spans.length > 0
      ? spans.map(({ type, tokens: own }) => (type === '' ? own.join('') : `${own.join('')} ${type}`)).join(', ')
      : '–';
  return tags && tokens ? tags.join(' ') : undefined;
}

/** Tags stand at the real time steps in order, from the first token that was kept. */
function taggingOf(
  { tags, spans, words }: SentenceRecord,
  timeSteps: number,
  real: readonly number[],
  chances: SceneOptions['tagChances'],
): Tagging | undefined {
  if (!tags) return undefined;
  const at = Array<string | null>(timeSteps).fill(null);
  for (const [i, t] of real.entries()) at[t] = tags[i] ?? null;
  const own =
    spans?.map(({ start, end, type }) => ({ start: real[start]!, end: real[end - 1]! + 1, type })) ?? wordSpans(tags, real, words);
  if (!chances) return { tags: at, spans: own };
  const { names, values, moves } = chances;
  const data = new Float32Array(timeSteps * names.length);
  for (const [i, t] of real.entries()) data.set(values.subarray(i * names.length, (i + 1) * names.length), t * names.length);
  const between = moves && Array<number | null>(timeSteps).fill(null);
  if (between) for (const [i, t] of real.entries()) between[t] = moves[i] ?? null;
  return {
    tags: at,
    spans: own,
    chances: { names, values: { rows: timeSteps, columns: names.length, data, from: 0, to: timeSteps } },
    ...(between ? { moves: between } : {}),
  };
}

/** A word begins at B and S, and with the sentence. */
function wordSpans(tags: readonly string[], real: readonly number[], words: readonly string[] | undefined): Tagging['spans'] {
  if (!words) return [];
  const found: { start: number; end: number; type: string }[] = [];
  for (const [i, tag] of tags.entries()) {
    const t = real[i]!;
    if (i === 0 || tag === 'B' || tag === 'S') found.push({ start: t, end: t + 1, type: '' });
    else found.at(-1)!.end = t + 1;
  }
  return found;
}

/** How many time steps the record has, by the latest of its fields that tells it. */
function lengthOf({ hiddenStates, embeddings, ids, tokens }: SentenceRecord): number {
  const length = hiddenStates?.shape[0] ?? embeddings?.shape[0] ?? ids?.length ?? tokens?.length;
  if (length === undefined)
    throw new PipeError('data', 'the record has nothing to draw', {
      expected: 'tokens, ids, embeddings or hiddenStates',
      hint: 'run rnn-pipe tokenize, or all steps: rnn-pipe run news.txt --to classify --trace --keep-embeddings',
    });
  if (length === 0) throw new PipeError('data', 'the record has no time step', { hint: 'draw a record with at least one token' });
  return length;
}

/** Real positions get the tokens in order, from the first that was kept. */
function tokensOf({ tokens, kept }: SentenceRecord, mask: readonly boolean[]): Pick<Scene, 'tokens' | 'cut'> {
  let next = kept?.[0] ?? 0;
  const shown = mask.map((real) => (real ? (tokens?.[next++] ?? '') : null));
  return { tokens: shown, cut: Math.max((tokens?.length ?? 0) - shown.filter((token) => token !== null).length, 0) };
}

function lanesOf(record: SentenceRecord): Lane[] {
  const { trace, hiddenStates, network } = record;
  if (trace) return trace.map(laneOf);
  if (!hiddenStates) return [];
  // without a trace the last layer's states are there, the directions side by side
  const directions = network?.directions ?? ['forward'];
  const [rows, width] = [hiddenStates.shape[0]!, hiddenStates.shape[1]! / directions.length];
  return directions.map((direction, d) => {
    const data = new Float32Array(rows * width);
    for (let t = 0; t < rows; t++) data.set(hiddenStates.row(t).subarray(d * width, (d + 1) * width), t * width);
    return { layer: network?.layers ?? 1, direction, hiddenStates: { rows, columns: width, data, from: 0, to: rows }, gates: [] };
  });
}

function laneOf({ layer, direction, hiddenStates, cellStates, gates, sums }: LayerTrace): Lane {
  const place = (name: string): number => ORDER.indexOf(name);
  return {
    layer,
    direction,
    hiddenStates: matrixOf(hiddenStates),
    cellStates: cellStates && matrixOf(cellStates),
    gates: Object.entries(gates)
      .sort(([a], [b]) => place(a) - place(b))
      .map(([name, values]) => ({ name, values: matrixOf(values) })),
    sums:
      sums &&
      Object.entries(sums)
        .sort(([a], [b]) => place(a) - place(b))
        .map(([name, { input, recurrent }]) => ({ name, input: matrixOf(input), recurrent: matrixOf(recurrent) })),
  };
}

/** Names of the logits: those that were given, or what `top` and the prediction tell. */
function labelsOf({ logits, probabilities, top, prediction }: SentenceRecord, given: readonly string[] | undefined): (string | null)[] {
  const count = logits?.data.length ?? 0;
  if (given && count > 0 && given.length !== count)
    throw new PipeError('data', 'the labels are not those of the logits', {
      expected: `${count} labels`,
      found: String(given.length),
      hint: 'give them as classify got them: --labels a,b',
    });
  if (given) return [...given];
  const labels: (string | null)[] = Array<null>(count).fill(null);
  const chances = Array.from(probabilities?.data ?? []);
  // `top` stands in the order of the probabilities, the first label first among equals, as classify sorts them
  const order = chances.map((_, i) => i).sort((a, b) => chances[b]! - chances[a]! || a - b);
  for (const [rank, { label }] of (top ?? []).entries()) if (order[rank] !== undefined) labels[order[rank]] = label;
  if (prediction !== undefined && order[0] !== undefined) labels[order[0]] = prediction;
  return labels;
}

function checkMatrix(name: string, { data, rows, columns }: Matrix, timeSteps: number): void {
  if (rows !== timeSteps) throw lengths(name, rows, timeSteps);
  const at = firstNotFinite(data);
  if (at >= 0)
    throw new PipeError('data', `${name} hold a number that is not finite`, {
      found: `${data[at]} at time step ${Math.floor(at / columns) + 1}, unit ${at % columns}`,
      hint: 'a colour would hide it: see the word vectors or weights that it comes from',
    });
}

function checkVector(name: string, tensor: Tensor | undefined): void {
  const at = tensor ? firstNotFinite(tensor.data) : -1;
  if (at >= 0) throw new PipeError('data', `${name} holds a number that is not finite`, { found: `${tensor!.data[at]} at index ${at}` });
}

function lengths(name: string, found: number, expected: number): PipeError {
  return new PipeError('data', `${name} and the record differ in length`, {
    expected: `${expected} time steps`,
    found: String(found),
    hint: 'run pad, embed and rnn again',
  });
}
