/** Chunks through worker threads, results in the order of the chunks. The threads stay for the next pass over the input, with their dictionaries. */
import type { Worker } from 'node:worker_threads';
import { PipeError } from '../errors.js';
import { ahead } from '../steps/batches.js';
import type { Done, Job, Work } from './chunk-work.js';
import { fromPlain } from './plain-error.js';
import type { Reply, Request, Start } from './worker.js';
import { placeOf } from '../place.js';

/** Chunks that wait in a worker, besides those that it works on: enough to keep it busy, few enough to stay small. */
const WAITING = 1;

/** Records live as long as their chunk: with room for one they need not be copied to the old generation. */
const YOUNG = { maxYoungGenerationSizeMb: 64 };

export interface Pool {
  /** how many threads it has when they are started */
  size: number;
  /** The next pass: all that is asked of the threads from now on is this work. */
  begin(work: Work): Pass;
  /** ends the threads; what waits is not done any more */
  close(): Promise<void>;
}

export interface Pass {
  /** the results of the jobs, in their order; at most a few jobs a worker are taken ahead */
  map(jobs: AsyncIterable<Job>): AsyncGenerator<Done>;
  /** every worker's accumulator, after the last job */
  accumulators(): Promise<unknown[]>;
}

interface Slot {
  worker: Worker;
  ended: Promise<void>;
  busy: number;
}

interface Pending {
  resolve: (done: Done) => void;
  reject: (error: unknown) => void;
}

/** Threads are started when the first job comes. */
export function openPool(size: number): Pool {
  const pending = new Map<number, Pending>();
  const finished: { resolve: (accumulator: unknown) => void; reject: (error: unknown) => void }[] = [];
  const stop = new Int32Array(new SharedArrayBuffer(4));
  let failure: Error | undefined;
  let sequence = 0;
  let slots: Slot[] | undefined;

  const fail = (error: Error): void => {
    failure ??= error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };

  function start(): Slot {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const worker = new Worker(placeOf('commands/worker.js'), { workerData: { stop } satisfies Start, resourceLimits: YOUNG });
    const slot: Slot = { worker, busy: 0, ended: new Promise((resolve) => worker.on('exit', () => resolve())) };
    slot.worker.on('message', (reply: Reply) => {
      if ('bug' in reply) fail(new Error(reply.bug));
      else if ('accumulator' in reply) {
        const waiting = finished.shift();
        if ('error' in reply) waiting?.reject(fromPlain(reply.error));
        else waiting?.resolve(reply.accumulator);
      } else {
        slot.busy--;
        const job = pending.get(reply.sequence);
        pending.delete(reply.sequence);
        if ('done' in reply) job?.resolve(reply.done);
        else job?.reject(fromPlain(reply.error));
      }
    });
    slot.worker.on('error', (error) => fail(workerDied(error)));
    slot.worker.on('exit', (code) => {
      if (pending.size > 0) fail(workerDied(new Error(`it ended with code ${code}`)));
    });
    return slot;
  }

  function send(job: Job): Promise<Done> {
    if (failure) throw failure;
    const slot = slots!.reduce((least, other) => (other.busy < least.busy ? other : least));
    slot.busy++;
    const number = sequence++;
    const result = new Promise<Done>((resolve, reject) => pending.set(number, { resolve, reject }));
    // the bytes may be a view of a larger buffer, of which only this part is sent
    const { bytes: there, own } = job.chunk;
    const bytes = own && there.length === there.buffer.byteLength ? there : Uint8Array.from(there);
    slot.worker.postMessage({ sequence: number, job: { ...job, chunk: { ...job.chunk, bytes } } } satisfies Request, [
      bytes.buffer as ArrayBuffer,
    ]);
    return result;
  }

  function begin(work: Work): Pass {
    let begun = false;
    const tell = (): void => {
      slots ??= Array.from({ length: size }, start);
      if (!begun) for (const { worker } of slots) worker.postMessage({ work } satisfies Request);
      begun = true;
    };
    const map = (jobs: AsyncIterable<Job>): AsyncGenerator<Done> =>
      ahead(
        jobs,
        async (job) => {
          tell();
          return send(job);
        },
        () => size * ((work.atOnce ?? 1) + WAITING),
      );
    const accumulatorOf = ({ worker }: Slot): Promise<unknown> =>
      new Promise((resolve, reject) => {
        finished.push({ resolve, reject });
        worker.postMessage('finish' satisfies Request);
      });
    return { map, accumulators: () => Promise.all(begun ? slots!.map(accumulatorOf) : []) };
  }

  return {
    size,
    begin,
    close: async () => {
      // a thread that is torn down inside nodejieba takes the process with it, so each one ends its chunk first
      Atomics.store(stop, 0, 1);
      for (const { worker } of slots ?? []) worker.postMessage('close' satisfies Request);
      await Promise.all((slots ?? []).map(({ ended }) => ended));
    },
  };
}

function workerDied(cause: Error): PipeError {
  return new PipeError('bug', 'a worker thread died', {
    found: cause.message,
    hint: 'with --workers 1 it is seen which input does it; out of memory: fewer --workers',
    cause,
  });
}
