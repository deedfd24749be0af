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
/** jobs that are under way, and what waits: jobs for one of these to end, and all else for all of them */
const underWay = new Set<Promise<void>>();
let atOnce = 1;
let queue = Promise.resolve();

parentPort!.on('message', (request: Request) => {
  queue = queue.then(() => begin(request));
});

/** @returns when the next request may begin */
async function begin(request: Request): Promise<void> {
  if (typeof request === 'object' && 'job' in request) {
    const done: Promise<void> = answer(request).then(() => void underWay.delete(done));
    underWay.add(done);
    if (underWay.size >= atOnce) await Promise.race(underWay);
    return;
  }
  await Promise.all(underWay);
  if (request === 'close') parentPort!.close();
  else if (request === 'finish')
    try {
      send({ accumulator: await share!.accumulator() });
    } catch (error) {
      send({ accumulator: undefined, ...failure(error) });
    }
  else {
    share = openShare(request.work);
    ({ atOnce = 1 } = request.work);
  }
}

async function answer({ sequence, job }: Extract<Request, { job: Job }>): Promise<void> {
  if (Atomics.load(stop, 0) !== 0) return;
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
