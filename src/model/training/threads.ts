/** Learners in worker threads, or one in this thread: how many there are never shows in what is learnt. */
import { Worker } from 'node:worker_threads';
import { openEngine } from '../../engine/index.js';
import type { EngineName } from '../../engine/ops.js';
import type { Answers } from '../heads/head.js';
import { openLearner, type Gradient, type GradientJob, type Learner, type Shared } from './learner.js';
import { optimizerOf } from './optimizer.js';
import { SUM, sumParts, update, type Optimizing, type UpdateJob } from './update.js';
import { placeOf } from '../../place.js';

export interface Threads {
  gradients(jobs: readonly GradientJob[]): Promise<Gradient[]>;
  /** for groups of sentences of the validation data */
  answers(groups: readonly Int32Array[]): Promise<Answers[]>;
  /** adds the parts' dense gradients up, every thread a share. @returns the sum of the sum's squares */
  sum(parts: number): Promise<number>;
  /** every thread does a share */
  update(job: UpdateJob): Promise<void>;
  close(): Promise<void>;
}

export interface Start {
  shared: Shared;
  optimizing: Optimizing;
  engine: EngineName | undefined;
}

/** What a thread does. */
export interface Hand extends Learner {
  sum(parts: number, share: number, shares: number): Promise<number>;
  update(job: UpdateJob, share: number, shares: number): Promise<void>;
}

export type Request =
  | { gradient: GradientJob }
  | { answers: Int32Array }
  | { sum: number; share: number; shares: number }
  | { update: UpdateJob; share: number; shares: number }
  | 'close';
export type Reply =
  { gradient: Gradient } | { answers: Answers } | { ready: true } | { squares: number } | { updated: true } | { error: unknown };

/** @param count threads; 1 works in this one */
export async function openThreads(count: number, start: Start): Promise<Threads> {
  const hands = count === 1 ? [await ownHand(start)] : await Promise.all(Array.from({ length: count }, () => threadHand(start)));
  /** job i to hand i mod n, one after another in each */
  const spread = <J, R>(jobs: readonly J[], work: (hand: Hand, job: J) => Promise<R>): Promise<R[]> => {
    const queues = hands.map(() => Promise.resolve());
    return Promise.all(
      jobs.map((job, i) => {
        const slot = i % hands.length;
        const result = queues[slot]!.then(() => work(hands[slot]!, job));
        queues[slot] = result.then(
          () => {},
          () => {},
        );
        return result;
      }),
    );
  };
  return {
    gradients: (jobs) => spread(jobs, (hand, job) => hand.gradient(job)),
    answers: (groups) => spread(groups, (hand, rows) => hand.answers(rows)),
    sum: async (parts) => {
      const squares = await Promise.all(hands.map((hand, share) => hand.sum(parts, share, hands.length)));
      return squares.reduce((sum, own) => sum + own, 0);
    },
    update: async (job) => {
      await Promise.all(hands.map((hand, share) => hand.update(job, share, hands.length)));
    },
    close: async () => {
      await Promise.all(hands.map((hand) => hand.close()));
    },
  };
}

/** One thread of the engine each: parts of a batch are what is shared out. */
export async function ownHand({ shared, optimizing: { optimizer, moments }, engine: name }: Start): Promise<Hand> {
  const engine = await openEngine(name, { threads: 1 });
  const means = { add: engine.inPlace(SUM), update: optimizerOf(engine, optimizer) };
  return {
    ...(await openLearner(engine, shared)),
    sum: (parts, share, shares) => Promise.resolve(sumParts(shared, means.add, parts, share, shares)),
    update: (job, share, shares) => {
      update(shared, moments, means, job, share, shares);
      return Promise.resolve();
    },
  };
}

async function threadHand(start: Start): Promise<Hand> {
  const worker = new Worker(placeOf('model/training/worker.js'), { workerData: start });
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
    sum: async (parts, share, shares) => ((await ask({ sum: parts, share, shares })) as { squares: number }).squares,
    update: async (job, share, shares) => {
      await ask({ update: job, share, shares });
    },
    close: async () => {
      worker.postMessage('close' satisfies Request);
      await ended;
    },
  };
}
