/** Learners in worker threads, or one in this thread: how many there are never shows in what is learnt. */
import { Worker } from 'node:worker_threads';
import { openEngine } from '../../engine/index.js';
import type { EngineName } from '../../engine/ops.js';
import type { Answers } from '../heads/head.js';
import { openLearner, type Gradient, type GradientJob, type Learner, type Shared } from './learner.js';

export interface Threads {
  gradients(jobs: readonly GradientJob[]): Promise<Gradient[]>;
  /** for groups of sentences of the validation data */
  answers(groups: readonly Int32Array[]): Promise<Answers[]>;
  close(): Promise<void>;
}

export interface Start {
  shared: Shared;
  engine: EngineName | undefined;
}

export type Request = { gradient: GradientJob } | { answers: Int32Array } | 'close';
export type Reply = { gradient: Gradient } | { answers: Answers } | { ready: true } | { error: unknown };

/** @param count threads; 1 works in this one */
export async function openThreads(count: number, start: Start): Promise<Threads> {
  const learners = count === 1 ? [await ownLearner(start)] : await Promise.all(Array.from({ length: count }, () => threadLearner(start)));
  /** job i to learner i mod n, one after another in each */
  const spread = <J, R>(jobs: readonly J[], work: (learner: Learner, job: J) => Promise<R>): Promise<R[]> => {
    const queues = learners.map(() => Promise.resolve());
    return Promise.all(
      jobs.map((job, i) => {
        const slot = i % learners.length;
        const result = queues[slot]!.then(() => work(learners[slot]!, job));
        queues[slot] = result.then(
          () => {},
          () => {},
        );
        return result;
      }),
    );
  };
  return {
    gradients: (jobs) => spread(jobs, (learner, job) => learner.gradient(job)),
    answers: (groups) => spread(groups, (learner, rows) => learner.answers(rows)),
    close: async () => {
      await Promise.all(learners.map((learner) => learner.close()));
    },
  };
}

/** One thread of the engine each: parts of a batch are what is shared out. */
export async function ownLearner({ shared, engine }: Start): Promise<Learner> {
  return openLearner(await openEngine(engine, { threads: 1 }), shared);
}

async function threadLearner(start: Start): Promise<Learner> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: start });
  const waiting: { resolve: (reply: Reply) => void; reject: (error: unknown) => void }[] = [];
  const fail = (error: unknown): void => waiting.splice(0).forEach(({ reject }) => reject(error));
  worker.on('message', (reply: Reply) => {
    const next = waiting.shift();
    if ('error' in reply) next?.reject(reply.error);
    else next?.resolve(reply);
  });
  worker.on('error', fail);
  const ended = new Promise<void>((resolve) =>
    worker.on('exit', (code) => {
      fail(new Error(`a thread of the training ended with code ${code}`));
      resolve();
    }),
  );
  const answer = (): Promise<Reply> => new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  const ask = (request: Request): Promise<Reply> => {
    const reply = answer();
    worker.postMessage(request);
    return reply;
  };
  await answer();
  return {
    gradient: async (job) => ((await ask({ gradient: job })) as { gradient: Gradient }).gradient,
    answers: async (rows) => ((await ask({ answers: rows })) as { answers: Answers }).answers,
    close: async () => {
      worker.postMessage('close' satisfies Request);
      await ended;
    },
  };
}
