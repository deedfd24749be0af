/** All shards of a run: shared among workers, each entered in the ledger when its output is on the disk. */
import { availableParallelism } from 'node:os';
import type { Ledger, ShardEntry } from '../../corpus/ledger.js';
import { PipeError } from '../../errors.js';
import type { Report } from '../report.js';
import { openHand, type Hand } from './hand.js';
import type { ShardResult, ShardWork } from './messages.js';
import { tasksOf, type Plan, type Task } from './plan.js';
import { showProgress } from './progress.js';
import { bytesOf } from './shard.js';
import { doShardAnyhow, proven } from './survive.js';

export interface Conducted {
  /** of every shard, in order */
  entries: ShardEntry[];
  /** shards that an earlier run had done, and whose outputs are there as it left them */
  doneBefore: number;
  workers: number;
  deaths: number;
  /** of the largest worker, in bytes */
  peakMemory: number;
}

export interface Order {
  plan: Plan;
  work: ShardWork;
  ledger: Ledger;
  /** what the ledger of an earlier run says, by shard */
  known: ReadonlyMap<number, ShardEntry>;
  workers: number;
  /** megabytes */
  workerMemory: number;
  /** bad records in all before the run gives up; a share is judged at the end */
  maxBad: number | { percent: number } | undefined;
  report: Report;
  signal: AbortSignal;
}

/** @throws PipeError of the first shard that cannot be done; those that were done stay done */
export async function conduct({ plan, work, ledger, known, workers, workerMemory, maxBad, report, signal }: Order): Promise<Conducted> {
  const size = Math.max(1, Math.min(workers, plan.shards.length));
  const crowded = size >= availableParallelism();
  const hands = Array.from({ length: size }, () => openHand({ work, memory: workerMemory, crowded, note: report.note }));
  const progress = showProgress(
    report,
    plan.files.reduce((sum, file) => sum + file.size, 0),
    hands,
  );
  const entries: ShardEntry[] = [];
  let [doneBefore, deaths, bad] = [0, 0, 0];
  const ended = new AbortController();
  const tasks = inTurn(tasksOf(plan, known));

  async function done(task: Task, entry: ShardEntry, now: boolean): Promise<void> {
    if (now) ledger.add(entry);
    else doneBefore++;
    entries[task.shard] = entry;
    bad += entry.recordsBad;
    progress.done(
      entry,
      task.inputs.reduce((sum, input) => sum + bytesOf(input), 0),
      now,
    );
    if (typeof maxBad === 'number' && bad > maxBad) throw tooMany(`${bad} bad records`, String(maxBad));
    return Promise.resolve();
  }

  async function serve(hand: Hand): Promise<void> {
    for (let task = await tasks(); task && !ended.signal.aborted; task = await tasks()) {
      const died = (): void => {
        deaths++;
      };
      const before = known.get(task.shard);
      if (before && (await proven(hand, [before.output, ...(before.bad ?? [])], died))) {
        await done(task, before, false);
        continue;
      }
      const { name, inputs } = task;
      const result = await doShardAnyhow(hand, { name, inputs, skip: [] }, { note: report.note, quarantine: work.quarantine, died });
      await done(task, entryOf(task, result), true);
    }
  }

  const interrupted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped by a signal'))));
  interrupted.catch(() => {});
  try {
    if (signal.aborted) throw new Error('stopped by a signal');
    await Promise.race([interrupted, Promise.all(hands.map(serve))]);
    const all = entries.reduce((sum, { recordsIn }) => sum + recordsIn, 0);
    if (typeof maxBad === 'object' && bad * 100 > maxBad.percent * all)
      throw tooMany(`${bad} of ${all} records are bad`, `${maxBad.percent} %`);
    return { entries, doneBefore, deaths, workers: size, peakMemory: Math.max(...hands.map((hand) => hand.peakMemory())) };
  } finally {
    ended.abort();
    progress.stop();
    await Promise.all(hands.map((hand) => hand.end()));
  }
}

function tooMany(what: string, limit: string): PipeError {
  return new PipeError('data', what, { expected: `at most ${limit}`, hint: 'part-*.reasons tells why; or raise --max-bad, and --resume' });
}

function entryOf({ shard, range }: Task, { output, bad, recordsIn, recordsOut, recordsBad, counts }: ShardResult): ShardEntry {
  return { shard, output: output!, ...(bad ? { bad } : {}), input: range, recordsIn, recordsOut, recordsBad, counts };
}

/** One taker after another: what is counted on the way is counted in order. */
function inTurn<T>(items: AsyncGenerator<T>): () => Promise<T | undefined> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const next = last.then(async () => {
      const result = await items.next();
      return result.done ? undefined : result.value;
    });
    last = next.catch(() => {});
    return next;
  };
}
