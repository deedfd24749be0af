/** An ONNX file that other programs run: inputs of 64-bit integers, as they have them, named sizes, and what the file tells about itself. */
import { PipeError } from '../../errors.js';
import type { Ops } from '../ops.js';
import type { Expression, Shape } from '../graph/expression.js';
import { modelBytes, type About, type Graph } from './graph.js';
import { cast, positions, TO } from '../graph/operations/whole-sentences.js';
import { graphOps } from '../graph/ops.js';
import { writeGraph } from './write.js';

/** What such a file's graph may do beside the model's operations. */
export interface FileOps<T> extends Ops<T> {
  /** integers as floats, or as 32-bit integers */
  cast(x: T, to: keyof typeof TO): T;
  /** [timeSteps, …] → 0, 1, 2, …, [timeSteps, 1, 1] */
  positions(like: T): T;
  /** how many axes it has */
  rankOf(x: T): number;
}

/** protobuf's own limit of one message */
const LIMIT = 2 ** 31 - 1;

/**
 * @param inputs integers, by name; names in a shape stand for sizes that differ from run to run
 * @throws PipeError('usage') for a model that one file cannot hold
 */
export function onnxFile(
  inputs: Readonly<Record<string, Shape>>,
  build: <T>(ops: FileOps<T>, inputs: Readonly<Record<string, T>>) => Record<string, T>,
  about: About,
  limit = LIMIT,
): Uint8Array {
  const graphed = graphOps();
  const ops: FileOps<Expression> = {
    ...graphed,
    cast: (x, to) => graphed.apply(cast, [x], { to: TO[to] }),
    positions: (like) => graphed.apply(positions, [like]),
    rankOf: ({ shape }) => shape.length,
  };
  const results = build(ops, Object.fromEntries(Object.entries(inputs).map(([name, shape]) => [name, graphed.input(name, shape)])));
  const graph: Graph = {
    name: 'rnn-pipe',
    nodes: [],
    initializers: [],
    inputs: Object.entries(inputs).map(([name, shape]) => ({ name, type: 'int64', shape })),
    outputs: [],
  };
  writeGraph(graph, results);
  graph.outputs = graph.outputs.map((output) => ({ ...output, shape: results[output.name]!.shape }));
  const size = graph.initializers.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (size > limit)
    throw new PipeError('usage', 'the model is too large for one ONNX file', {
      expected: `at most ${limit} bytes of weights`,
      found: String(size),
      hint: 'export its weights: --to pytorch or --to keras',
    });
  return modelBytes(graph, about);
}
