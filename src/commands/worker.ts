/** A worker thread: does the chunks that it is sent, one after another, and hands the accumulator over at the end of a pass. */
import { parentPort, workerData } from 'node:worker_threads';
import { PipeError } from '../errors.js';
import { openShare, type Done, type Job, type Share, type Work } from './chunk-work.js';
import { plain, type PlainError } from './plain-error.js';

/** What a thread is started with; `stop` is not 0 when what waits need not be done any more. */
export interface Start {
  stop: Int32Array;
}

/** `work` comes before the jobs of a pass. */
export type Request = { work: Work } | { sequence: number; job: Job } | 'finish' | 'close';
type Failure = { error: PlainError } | { bug: string };
export type Reply =
  { sequence: number; done: Done } | ({ sequence: number } & Failure) | { accumulator: unknown } | ({ accumulator: unknown } & Failure);

const { stop } = workerData as Start;
let share: Share | undefined;
let queue = Promise.resolve();

parentPort!.on('message', (request: Request) => {
  queue = queue.then(() => answer(request));
});

async function answer(request: Request): Promise<void> {
  if (request === 'finish') {
    try {
      send({ accumulator: await share!.accumulator() });
    } catch (error) {
      send({ accumulator: undefined, ...failure(error) });
    }
    return;
  }
  if (request === 'close') {
    parentPort!.close();
    return;
  }
  if ('work' in request) {
    share = openShare(request.work);
    return;
  }
  if (Atomics.load(stop, 0) !== 0) return;
  const { sequence, job } = request;
  try {
    const done = await share!.do(job);
    send({ sequence, done }, [done.lines.buffer as ArrayBuffer]);
  } catch (error) {
    send({ sequence, ...failure(error) });
  }
}

const failure = (error: unknown): Failure =>
  error instanceof PipeError ? { error: plain(error) } : { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };

function send(reply: Reply, transfer: ArrayBuffer[] = []): void {
  parentPort!.postMessage(reply, transfer);
}
