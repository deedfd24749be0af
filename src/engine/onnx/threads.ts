/**
 * Jobs of a program in worker threads, each with sessions of its own that have one thread each: so every job is computed as it would be in
 * any other thread, and its numbers are the same to the bit. (A session with two threads shares a product of 64 × 128 badly: two sessions
 * with one thread each do half as much again.)
 */
import { Worker } from 'node:worker_threads';
import type { Blocks, Placings } from '../blocks.js';
import type { HostTensor, Tensors } from '../ops.js';
import type { CompiledProgram, Sessions } from './sessions.js';
import { placeOf } from '../../place.js';

export interface Job {
  /** undefined: that of the job before */
  common: Tensors | undefined;
  runs: readonly Tensors[];
  /** undefined: all results, each as it is */
  placings: Placings | undefined;
}
export type Request = Job | 'close';
type Made = Record<string, HostTensor>[] | Blocks;
export type Reply = { made: Made } | { error: unknown };

interface Waiting {
  resolve: (made: Made) => void;
  reject: (error: unknown) => void;
}

interface Thread {
  worker: Worker;
  waiting: Waiting[];
  /** what its last job has in common */
  common: Tensors | undefined;
  ended: Promise<void>;
}

/** Threads are started when the first job comes. */
export function openThreads(count: number, program: CompiledProgram): Sessions {
  let threads: Thread[] | undefined;
  const send = (common: Tensors, runs: readonly Tensors[], placings?: Placings): Promise<Made> => {
    threads ??= Array.from({ length: count }, () => start(program));
    const thread = threads.reduce((least, other) => (other.waiting.length < least.waiting.length ? other : least));
    const { worker, waiting } = thread;
    return new Promise((resolve, reject) => {
      // a thread that waits for work does not keep the process alive; one that works does
      if (waiting.length === 0) worker.ref();
      waiting.push({ resolve, reject });
      const known = thread.common === common;
      thread.common = common;
      const own = runs.map(ownMemory);
      const given = own.flatMap((feeds) => Object.values(feeds).map(({ data }) => data.buffer as ArrayBuffer));
      worker.postMessage({ common: known ? undefined : ownMemory(common), runs: own, placings } satisfies Request, [...new Set(given)]);
    });
  };
  return {
    runAll: (common, runs) => send(common, runs) as Promise<Record<string, HostTensor>[]>,
    runInto: (common, runs, placings) => send(common, runs, placings) as Promise<Blocks>,
    close: async () => {
      for (const { worker } of threads ?? []) {
        worker.ref();
        worker.postMessage('close' satisfies Request);
      }
      await Promise.all((threads ?? []).map(({ ended }) => ended));
    },
  };
}

function start(program: CompiledProgram): Thread {
  const worker = new Worker(placeOf('engine/onnx/thread.js'), { workerData: program });
  worker.unref();
  const waiting: Waiting[] = [];
  worker.on('message', (reply: Reply) => {
    const next = waiting.shift();
    if (waiting.length === 0) worker.unref();
    if ('error' in reply) next?.reject(reply.error);
    else next?.resolve(reply.made);
  });
  const fail = (error: unknown): void => waiting.splice(0).forEach(({ reject }) => reject(error));
  worker.on('error', fail);
  const ended = new Promise<void>((resolve) =>
    worker.on('exit', (code) => {
      fail(new Error(`a thread of the engine ended with code ${code}`));
      resolve();
    }),
  );
  return { worker, waiting, common: undefined, ended };
}

/** A view of a larger block would be sent, and given away, with all of it. */
const ownMemory = (feeds: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.byteLength === data.buffer.byteLength ? data : data.slice() },
    ]),
  );
