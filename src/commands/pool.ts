/** Chunks through worker threads, results in the order of the chunks. */
import { Worker } from 'node:worker_threads';
import { PipeError } from '../errors.js';
import { fromPlain, type Done, type Job, type Work } from './chunk-work.js';
import type { Reply, Request, Start } from './worker.js';

/** Chunks that wait in a worker, besides the one that it works on: enough to keep it busy, few enough to stay small. */
const WAITING = 1;

/** Records live as long as their chunk: with room for one they need not be copied to the old generation. */
const YOUNG = { maxYoungGenerationSizeMb: 48 };

export interface Pool {
  /** the results of the jobs, in their order; at most a few jobs a worker are taken ahead */
  map(jobs: AsyncIterable<Job>): AsyncGenerator<Done>;
  /** every worker's accumulator, after the last job */
  accumulators(): Promise<unknown[]>;
  close(): Promise<void>;
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

export function openPool(size: number, work: Work): Pool {
  const pending = new Map<number, Pending>();
  const finished: ((accumulator: unknown) => void)[] = [];
  const stop = new Int32Array(new SharedArrayBuffer(4));
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  const slots = Array.from({ length: size }, (): Slot => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: { work, stop } satisfies Start,
      resourceLimits: YOUNG,
    });
    const slot: Slot = { worker, busy: 0, ended: new Promise((resolve) => worker.on('exit', () => resolve())) };
    slot.worker.on('message', (reply: Reply) => {
      if ('bug' in reply) fail(new Error(reply.bug));
      else if ('accumulator' in reply) finished.shift()?.(reply.accumulator);
      else {
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
  });

  function send(job: Job, sequence: number): Promise<Done> {
    if (failure) throw failure;
    const slot = slots.reduce((least, other) => (other.busy < least.busy ? other : least));
    slot.busy++;
    const result = new Promise<Done>((resolve, reject) => pending.set(sequence, { resolve, reject }));
    // the bytes may be a view of a larger buffer, of which only this part is sent
    const bytes = Uint8Array.from(job.chunk.bytes);
    slot.worker.postMessage({ sequence, job: { ...job, chunk: { ...job.chunk, bytes } } } satisfies Request, [bytes.buffer]);
    return result;
  }

  async function* map(jobs: AsyncIterable<Job>): AsyncGenerator<Done> {
    const results: Promise<Done>[] = [];
    let sequence = 0;
    for await (const job of jobs) {
      const result = send(job, sequence++);
      result.catch(() => {}); // it is awaited below, in its turn
      results.push(result);
      while (results.length >= size * (1 + WAITING)) yield await results.shift()!;
    }
    while (results.length > 0) yield await results.shift()!;
  }

  return {
    map,
    accumulators: () =>
      Promise.all(
        slots.map(
          ({ worker }) =>
            new Promise<unknown>((resolve) => {
              finished.push(resolve);
              worker.postMessage('finish' satisfies Request);
            }),
        ),
      ),
    close: async () => {
      // a thread that is torn down inside nodejieba takes the process with it, so each one ends its chunk first
      Atomics.store(stop, 0, 1);
      for (const { worker } of slots) worker.postMessage('close' satisfies Request);
      await Promise.all(slots.map(({ ended }) => ended));
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
