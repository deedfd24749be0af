/**
 * Beam search (Graves 2012; Sutskever et al. 2014): of all hypotheses that go on from those in the beam the best so many are kept. One
 * that ends leaves the beam and takes its place with it, so that the search ends when as many have ended as the beam was wide; a beam of
 * 1 is greedy search. The best is the one with the largest
 *
 *     log probability / lengthᵅ        (Wu et al. 2016, without their constant; the end counts as a token)
 *
 * Hypotheses of a group of sentences are rows of one batch, and only those that live are there. Few sentences say long texts, and a step
 * takes hardly less time for few rows: so groups of which little is left wait until they can go on together.
 */
import type { HostTensor, InputType, Program } from '../../engine/ops.js';
import type { Memory } from '../attention.js';
import { countLiving, joined, type Group, type Node, type Row } from './group.js';
import { before } from './programs.js';
import { BEGIN, END, PAD } from '../sentences.js';

export interface SearchOptions {
  beam: number;
  /** α: 0 likes short texts, 1 is the mean log probability of a token */
  lengthPenalty: number;
  /** tokens, the end not counted */
  minLength: number;
  maxLength: number;
  /** tokens that are never said */
  barred: readonly number[];
  /** keep what each step has seen */
  trace: boolean;
}

/** A text that was said. */
export interface Said {
  ids: number[];
  /** Σ of its tokens' log probabilities, the end's too */
  logProbability: number;
  /** what it was chosen by */
  score: number;
  /** of each token the place in the source that was looked at most */
  lookedAt: number[];
}

/** One step of the search for one sentence. */
export interface SearchStep {
  hypotheses: {
    /** what it said last, and which hypothesis of the step before it goes on from */
    token: number;
    parent: number;
    logProbability: number;
    /** of the decoder’s last layer after that, [units] */
    state: Float32Array;
    /** [timeSteps] */
    attention: Float32Array;
    /** the best next tokens */
    best: { token: number; probability: number }[];
  }[];
}

export interface Found {
  /** the best first, at most as many as the beam is wide */
  said: Said[];
  steps: SearchStep[];
}

/** Tokens that are barred in every search beside those of the options; the end is barred until the text is long enough. */
const NEVER_SAID = [PAD, BEGIN] as const;

/** What is not said after a text that is too short to end, and after one that may. */
function barredTokens({ barred }: SearchOptions): Barred {
  const always = new Set<number>([...NEVER_SAID, ...barred]);
  return { always, early: new Set([...always, END]) };
}

type Barred = Record<'always' | 'early', ReadonlySet<number>>;

/** How many next tokens a step must give of each row, so that enough are left when barred ones are passed over. */
export function mostNext(options: SearchOptions): number {
  const { always, early } = barredTokens(options);
  return options.beam + (options.minLength > 0 ? early : always).size;
}

/** Sentences that have been encoded together. */
export interface Encoded {
  /** which sentences of the search */
  sentences: readonly number[];
  /** memory and the decoder's first states, by name */
  given: Record<string, HostTensor>;
}

/** What a search needs beside its sentences. */
export interface Searching {
  /** gives `mostNext` next tokens of each row */
  step: Program;
  memory: Memory<InputType>;
  /** names of the decoder's states, by layer */
  states: readonly (readonly string[])[];
  options: SearchOptions;
}

/** A group with a quarter of the sentences of the largest, or fewer, waits for others. */
const FEW = 1 / 4;

/** @param lengths time steps by sentence @returns what is found for each of those that are encoded */
export async function beamSearch(searching: Searching, encoded: readonly Encoded[], lengths: Int32Array): Promise<Map<number, Found>> {
  const { memory, options } = searching;
  const done: Done = new Map(encoded.flatMap(({ sentences }) => sentences.map((one) => [one, { ended: [], steps: [] }])));
  const barred = barredTokens(options);
  const queue = encoded.map((one) => begun(one, searching));
  const largest = queue.reduce((most, { sentences }) => Math.max(most, sentences.length), 0);
  let waiting: Group[] = [];
  while (queue.length > 0) {
    let group = queue.shift()!;
    for (let living = countLiving(group); living > 0; living = countLiving(group)) {
      if (2 * living <= group.sentences.length) {
        if (living <= FEW * largest && queue.length + waiting.length > 0) break;
        group = joined([group], lengths, memory);
      }
      group = await stepped(searching, barred, group, lengths, done);
    }
    if (group.rows.length > 0) waiting.push(group);
    const left = waiting.reduce((sum, one) => sum + countLiving(one), 0);
    if (left > 0 && (queue.length === 0 || left >= largest)) {
      queue.push(joined(waiting, lengths, memory));
      waiting = [];
    }
  }
  const saidOf = (nodes: readonly Node[]): Said[] =>
    nodes.map((node) => saidBy(node, options.lengthPenalty)).sort((a, b) => b.score - a.score);
  return new Map(Array.from(done, ([sentence, { ended, steps }]) => [sentence, { said: saidOf(ended), steps }]));
}

/** By sentence, the hypotheses that have ended and what each step has seen. */
type Done = ReadonlyMap<number, { ended: Node[]; steps: SearchStep[] }>;

function begun({ sentences, given }: Encoded, { states }: Searching): Group {
  const begin: Node = { token: BEGIN, logProbability: 0, length: 0, lookedAt: 0, before: undefined };
  return {
    sentences,
    memory: { keys: given['keys']!, values: given['values']!, barred: given['barred']! },
    states: Object.fromEntries(states.flat().map((name) => [name, given[name]!])),
    room: {},
    rows: sentences.map((_, sentence) => ({ node: begin, sentence, parent: sentence, parentPlace: -1 })),
  };
}

/** The group after one time step. */
async function stepped(
  { step, states, options }: Searching,
  barred: Barred,
  group: Group,
  lengths: Int32Array,
  done: Done,
): Promise<Group> {
  const { rows, sentences, memory } = group;
  const [said, parents] = [new Int32Array(rows.length), new Int32Array(rows.length)];
  for (let i = 0; i < rows.length; i++) {
    said[i] = rows[i]!.node.token;
    parents[i] = rows[i]!.parent;
  }
  const feeds = {
    ...memory,
    ...Object.fromEntries(Object.entries(group.states).map(([name, state]) => [before(name), state])),
    said: { shape: [rows.length], data: said },
    parents: { shape: [rows.length], data: parents },
    ...placesOf(rows, sentences.length, options.beam),
  };
  const results = await step.run(feeds, roomOf(group));
  if (options.trace)
    for (const [i, row] of rows.entries())
      traced(done.get(sentences[row.sentence]!)!.steps, row, lengths[sentences[row.sentence]!]!, i, results, states.at(-1)![0]!, {
        barred: barredAfter(row.node, barred, options),
        most: options.beam,
      });
  return {
    sentences,
    memory,
    states: Object.fromEntries(Object.keys(group.states).map((name) => [name, results[name]!])),
    room: group.states,
    rows: after(group, results, barred, lengths, done, options),
  };
}

/** Arrays for the next states, where there is room: new ones at each step would be most of what the collector has to look after. */
function roomOf({ rows, states, room }: Group): Record<string, Float32Array> {
  const sizes = Object.entries(states).map(([name, { shape }]) => [name, rows.length * shape[1]!] as const);
  const fits = sizes.filter(([name, size]) => (room[name]?.data.length ?? 0) >= size);
  return Object.fromEntries(fits.map(([name, size]) => [name, (room[name]!.data as Float32Array).subarray(0, size)]));
}

const barredAfter = ({ length }: Node, barred: Barred, { minLength }: SearchOptions): ReadonlySet<number> =>
  length < minLength ? barred.early : barred.always;

/** Where the rows stand among those of their sentences, which have `beam` places each. */
function placesOf(rows: readonly Row[], sentences: number, beam: number): { rowAt: HostTensor; placeOf: HostTensor } {
  const [rowAt, placeOf] = [new Int32Array(sentences * beam), new Int32Array(rows.length)];
  for (let row = 0, last = -1, place = 0; row < rows.length; row++) {
    const { sentence } = rows[row]!;
    place = sentence === last ? place + 1 : sentence * beam;
    last = sentence;
    placeOf[row] = place;
    rowAt[place] = row;
  }
  return { rowAt: { shape: [sentences, beam], data: rowAt }, placeOf: { shape: [rows.length], data: placeOf } };
}

/**
 * The best hypotheses of a sentence's next step, the best first and of equals the one that came first: which row each goes on from, with
 * which token. Numbers in arrays that serve again: a search looks at a million of them.
 */
function newCandidates(beam: number) {
  const logProbabilities = new Float64Array(beam);
  const [from, tokens] = [new Int32Array(beam), new Int32Array(beam)];
  let [count, most] = [0, beam];
  return {
    logProbabilities,
    from,
    tokens,
    count: () => count,
    begin(wanted: number): void {
      count = 0;
      most = wanted;
    },
    /** @returns whether it is among the best */
    add(logProbability: number, row: number, token: number): boolean {
      if (count === most && !(logProbability > logProbabilities[count - 1]!)) return false;
      let at = count < most ? count++ : count - 1;
      for (; at > 0 && logProbability > logProbabilities[at - 1]!; at--) {
        logProbabilities[at] = logProbabilities[at - 1]!;
        from[at] = from[at - 1]!;
        tokens[at] = tokens[at - 1]!;
      }
      logProbabilities[at] = logProbability;
      from[at] = row;
      tokens[at] = token;
      return true;
    },
  };
}

/** The rows of the next step; hypotheses that end are put where they belong. */
function after(
  { rows, sentences }: Group,
  { scores, tokens, attention }: Record<string, HostTensor>,
  barred: Barred,
  lengths: Int32Array,
  done: Done,
  options: SearchOptions,
): Row[] {
  const [width, timeSteps] = [scores!.shape[1]!, attention!.shape[1]!];
  const best = newCandidates(options.beam);
  const next: Row[] = [];
  for (let begin = 0, end = 0; begin < rows.length; begin = end) {
    const { sentence } = rows[begin]!;
    const number = sentences[sentence]!;
    const { ended } = done.get(number)!;
    best.begin(options.beam - ended.length);
    for (; end < rows.length && rows[end]!.sentence === sentence; end++) {
      const { node } = rows[end]!;
      const never = barredAfter(node, barred, options);
      // the best tokens of a row come first: where one is not good enough, none behind it is
      for (let at = end * width; at < (end + 1) * width; at++) {
        const token = tokens!.data[at]!;
        if (!never.has(token) && !best.add(node.logProbability + scores!.data[at]!, end, token)) break;
      }
    }
    for (let i = 0; i < best.count(); i++) {
      const row = best.from[i]!;
      const token = best.tokens[i]!;
      const { node: last } = rows[row]!;
      const lookedAt = largest(attention!.data, row * timeSteps, lengths[number]!);
      const node: Node = { token, logProbability: best.logProbabilities[i]!, length: last.length + 1, lookedAt, before: last };
      if (token === END || node.length === options.maxLength) ended.push(node);
      else next.push({ node, sentence, parent: row, parentPlace: row - begin });
    }
  }
  return next;
}

function saidBy(node: Node, lengthPenalty: number): Said {
  const [ids, lookedAt]: [number[], number[]] = [[], []];
  for (let at = node; at.before; at = at.before)
    if (at.token !== END) {
      ids.push(at.token);
      lookedAt.push(at.lookedAt);
    }
  const { logProbability } = node;
  return { ids: ids.reverse(), lookedAt: lookedAt.reverse(), logProbability, score: logProbability / node.length ** lengthPenalty };
}

/** The place of the largest of so many numbers from there on. */
function largest(numbers: ArrayLike<number>, from: number, count: number): number {
  let best = from;
  for (let i = from + 1; i < from + count; i++) if (numbers[i]! > numbers[best]!) best = i;
  return best - from;
}

function traced(
  steps: SearchStep[],
  { node, parentPlace }: Row,
  timeSteps: number,
  row: number,
  results: Record<string, HostTensor>,
  top: string,
  { barred, most }: { barred: ReadonlySet<number>; most: number },
): void {
  const of = (name: string, size?: number): Float32Array => {
    const { data, shape } = results[name]!;
    return (data as Float32Array).slice(row * shape[1]!, row * shape[1]! + (size ?? shape[1]!));
  };
  const step = (steps[node.length] ??= { hypotheses: [] });
  step.hypotheses.push({
    token: node.token,
    parent: parentPlace,
    logProbability: node.logProbability,
    state: of(top),
    attention: of('attention', timeSteps),
    best: nextTokens(results, row, barred, most),
  });
}

/** The best of a row that are not barred, the best first. */
function nextTokens({ scores, tokens }: Record<string, HostTensor>, row: number, barred: ReadonlySet<number>, most: number) {
  const width = scores!.shape[1]!;
  const next: { token: number; probability: number }[] = [];
  for (let at = row * width; at < (row + 1) * width && next.length < most; at++) {
    const token = tokens!.data[at]!;
    if (!barred.has(token)) next.push({ token, probability: Math.exp(scores!.data[at]!) });
  }
  return next;
}
