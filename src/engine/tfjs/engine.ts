/**
 * The engine `tfjs`: the same equations run by TensorFlow.js, one operation after another. It is the second opinion.
 * Native TensorFlow where its library loads, else WebAssembly, else plain JavaScript.
 */
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { createRequire } from 'node:module';
import { PipeError } from '../../errors.js';
import { placed, putTogether, whole } from '../blocks.js';
import { scripted } from '../in-place.js';
import {
  gradientOf,
  type Build,
  type Differentiate,
  type Engine,
  type HostTensor,
  type InputType,
  type PiecedTensors,
  type Program,
  type Tensors as HostTensors,
} from '../ops.js';
import { tensorOps } from './ops.js';

type Tfjs = typeof TensorFlow;

const require = createRequire(import.meta.url);

/** @throws PipeError('usage') where TensorFlow.js is not installed */
export async function openTfjs(): Promise<Engine> {
  const tf = await load();
  return {
    name: 'tfjs',
    description: `TensorFlow.js ${tf.version_core}, backend ${tf.getBackend()}`,
    fused: false,
    inPlace: scripted,
    compile: (inputs, build, { differentiate, common } = {}) => {
      const each = runner(tf, inputs, build, differentiate);
      const before = common && runner(tf, common.inputs, common.build);
      async function* resultsOf(shared: HostTensors, runs: readonly PiecedTensors[]): AsyncGenerator<Record<string, HostTensor>> {
        const ready = await before?.run(shared);
        for (const feeds of runs) yield await each.run({ ...whole(feeds), ...ready });
      }
      const runAll: Program['runAll'] = async (shared, runs) => {
        const all: Record<string, HostTensor>[] = [];
        for await (const results of resultsOf(shared, runs)) all.push(results);
        return all;
      };
      return Promise.resolve({
        threads: 1,
        run: async (feeds, into = {}) => placed((await runAll(feeds, [feeds]))[0]!, into),
        runAll,
        runInto: (shared, runs, placings) => putTogether(resultsOf(shared, runs), placings),
        close: () => {
          each.dispose();
          before?.dispose();
          return Promise.resolve();
        },
      });
    },
  };
}

function runner(
  tf: Tfjs,
  inputs: Record<string, InputType>,
  build: Build,
  differentiate?: Differentiate,
): { run: Program['run']; dispose: () => void } {
  const { ops, dispose } = tensorOps(tf, differentiate !== undefined);
  const run: Program['run'] = async (feeds) => {
    const results = tf.tidy(() => {
      const values = Object.fromEntries(Object.entries(inputs).map(([name, { type }]) => [name, toTensor(tf, feeds[name]!, type)]));
      return differentiate ? withGradients(tf, (given) => build(ops, given), values, differentiate) : build(ops, values);
    });
    const entries = await Promise.all(
      Object.entries(results).map(async ([name, tensor]): Promise<[string, HostTensor]> => [
        name,
        { shape: tensor.shape, data: (await tensor.data()) as Float32Array },
      ]),
    );
    tf.dispose(results);
    return Object.fromEntries(entries);
  };
  return { run, dispose };
}

type Tensors = Record<string, TensorFlow.Tensor>;

/** The results, and by TensorFlow.js's own differentiation the gradients: another's rules beside ours. */
function withGradients(tf: Tfjs, build: (values: Tensors) => Tensors, values: Tensors, { loss, to }: Differentiate): Tensors {
  let results: Tensors = {};
  const { grads } = tf.valueAndGrads((...given: TensorFlow.Tensor[]) => {
    results = build({ ...values, ...Object.fromEntries(to.map((name, i) => [name, given[i]!])) });
    Object.values(results).forEach((result) => tf.keep(result));
    return results[loss] as TensorFlow.Scalar;
  })(to.map((name) => values[name]!));
  return { ...results, ...Object.fromEntries(to.map((name, i) => [gradientOf(name), grads[i]!])) };
}

const toTensor = (tf: Tfjs, { shape, data }: HostTensor, type: 'float' | 'int'): TensorFlow.Tensor =>
  tf.tensor(data, [...shape], type === 'float' ? 'float32' : 'int32');

async function load(): Promise<Tfjs> {
  const native = loadNative();
  if (native) return native;
  const tf = optional('@tensorflow/tfjs');
  if (!tf)
    throw new PipeError('usage', 'TensorFlow.js is not installed', {
      hint: 'npm install @tensorflow/tfjs-node @tensorflow/tfjs-backend-wasm; or leave --engine out',
    });
  // its banners are for web developers, and stdout is data
  tf.env().set('IS_TEST', true);
  if (optional('@tensorflow/tfjs-backend-wasm') && (await tf.setBackend('wasm').catch(() => false))) return tf;
  await tf.setBackend('cpu');
  return tf;
}

/** tfjs-node calls a function that Node 23 took away; and its library's log lines would stand on stderr. */
function loadNative(): Tfjs | undefined {
  const util = require('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  return optional('@tensorflow/tfjs-node');
}

/** TensorFlow.js or a part of it, where it is installed. */
function optional(name: string): Tfjs | undefined {
  try {
    return require(name) as Tfjs;
  } catch {
    return undefined;
  }
}
