/**
 * A scene in a page: its numbers as one block of 32-bit floats, little-endian, all else as JSON that says where each matrix lies.
 * A long sentence of many units would not fit a page; then h goes in whole, and the rest for the frame of time steps that is shown.
 */
import { FRAME } from './columns.js';
import { joined } from './png.js';
import { part, realSteps, type Matrix, type Scene } from './scene.js';

/** More numbers than this are not packed whole, unless all of them are asked for. */
const MOST_NUMBERS = 400_000;

export interface Packed {
  json: string;
  bytes: Uint8Array;
  /** the time steps [from, to) whose gates, cell states and word vectors are in it, where not all are */
  only: readonly [number, number] | undefined;
}

type MatrixAt = Omit<Matrix, 'data'> & { at: number };
interface VectorAt {
  at: number;
  length: number;
}

/** What is replaced in the JSON: `{at, …}` stands for numbers at that place of the block. */
const isMatrix = (value: unknown): value is Matrix => typeof value === 'object' && value !== null && 'data' in value && 'columns' in value;
const hasOwn = (value: unknown, name: string): boolean => typeof value === 'object' && value !== null && Object.hasOwn(value, name);
const isMatrixAt = (value: unknown): value is MatrixAt => hasOwn(value, 'at') && hasOwn(value, 'columns');
const isVectorAt = (value: unknown): value is VectorAt => hasOwn(value, 'at') && !Array.isArray(value);

export function packScene(scene: Scene, chosen: number, full: boolean): Packed {
  const only = full || numbersIn(scene) <= MOST_NUMBERS ? undefined : frameAbout(scene, chosen);
  const parts: Uint8Array[] = [];
  let at = 0;
  const put = (data: Float32Array): number => {
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    at += data.length;
    return at - data.length;
  };
  const json = JSON.stringify(only ? reduced(scene, only) : scene, (_, value: unknown) => {
    if (isMatrix(value)) {
      const { data, ...rest } = value;
      return { ...rest, at: put(data) };
    }
    return value instanceof Float32Array ? { at: put(value), length: value.length } : value;
  });
  return { json, bytes: joined(parts), only };
}

export function unpackScene(json: string, block: Float32Array): Scene {
  return JSON.parse(json, (_, value: unknown) => {
    if (isMatrixAt(value)) {
      const { at, ...rest } = value;
      return { ...rest, data: block.subarray(at, at + (rest.to - rest.from) * rest.columns) };
    }
    return isVectorAt(value) ? block.subarray(value.at, value.at + value.length) : value;
  }) as Scene;
}

function numbersIn({ embeddings, lanes }: Scene): number {
  const size = (matrix: Matrix | undefined): number => matrix?.data.length ?? 0;
  return lanes.reduce(
    (sum, { hiddenStates, cellStates, gates, sums = [] }) =>
      sum +
      size(hiddenStates) +
      size(cellStates) +
      gates.reduce((all, { values }) => all + size(values), 0) +
      sums.reduce((all, { input, recurrent }) => all + size(input) + size(recurrent), 0),
    size(embeddings),
  );
}

/** The frame that an overview of this scene shows, and the step before it, from which its first one comes. */
function frameAbout(scene: Scene, chosen: number): readonly [number, number] {
  const last = (realSteps(scene).at(-1) ?? 0) + 1;
  const from = Math.max(Math.min(Math.floor(chosen / FRAME) * FRAME, last - FRAME), 0);
  return [Math.max(from - 1, 0), Math.min(from + FRAME, scene.mask.length)];
}

function reduced(scene: Scene, [from, to]: readonly [number, number]): Scene {
  const some = <T extends Matrix | undefined>(matrix: T): T => (matrix ? part(matrix, from, to) : undefined) as T;
  return {
    ...scene,
    embeddings: some(scene.embeddings),
    lanes: scene.lanes.map((lane) => ({
      ...lane,
      cellStates: some(lane.cellStates),
      gates: lane.gates.map(({ name, values }) => ({ name, values: some(values) })),
      sums: lane.sums?.map(({ name, input, recurrent }) => ({ name, input: some(input), recurrent: some(recurrent) })),
    })),
  };
}
