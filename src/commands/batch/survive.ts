/**
 * A shard done although workers die of it. It is tried again; where that does not help, the record that kills is found by halving
 * and put aside.
 */
import type { OutputFile } from '../../corpus/ledger.js';
import { PipeError } from '../../errors.js';
import { WorkerDied, type Hand } from './hand.js';
import type { ShardJob, ShardResult } from './messages.js';

/** Deaths at a shard before somebody looks for a record that causes them. */
const TRIES = 2;
/** Deaths that no record causes (a machine short of memory, somebody's kill) before the run gives up. */
const GIVE_UP = 24;

export interface Survival {
  note: (text: string) => void;
  quarantine: boolean;
  /** called for every death */
  died: () => void;
}

/** @throws PipeError where bad records stop the run, or where workers go on dying without one */
export async function doShardAnyhow(hand: Hand, job: ShardJob, { note, quarantine, died: count }: Survival): Promise<ShardResult> {
  const skip: number[] = [];
  for (let [deaths, inARow] = [0, 0]; ;) {
    const died = await tried(hand, { ...job, skip });
    if (!(died instanceof WorkerDied)) return died;
    count();
    [deaths, inARow] = [deaths + 1, inARow + 1];
    note(`a worker died at ${job.name} (${died.message}): the shard is tried again`);
    if (deaths >= GIVE_UP) throw givenUp(job, died);
    if (inARow < TRIES) continue;
    const killer = await findKiller(hand, { ...job, skip });
    inARow = 0;
    if (killer === undefined) continue;
    if (!quarantine) throw killing(job, killer, died);
    note(`item ${killer + 1} of ${job.name} kills workers: it is put aside`);
    skip.push(killer);
  }
}

/** Whether outputs are there as they were written; a worker that dies over them has proven nothing. */
export async function proven(hand: Hand, files: readonly OutputFile[], died: () => void): Promise<boolean> {
  for (let deaths = 0; deaths < TRIES; deaths++)
    try {
      return await hand.prove(files);
    } catch (error) {
      if (!(error instanceof WorkerDied)) throw error;
      died();
    }
  return false;
}

async function tried(hand: Hand, job: ShardJob): Promise<ShardResult | WorkerDied> {
  try {
    return await hand.do(job);
  } catch (error) {
    if (error instanceof WorkerDied) return error;
    throw error;
  }
}

/** The item at which workers die, alone and repeatedly; undefined if there is none. */
async function findKiller(hand: Hand, job: ShardJob): Promise<number | undefined> {
  const kills = async (begin: number, end: number): Promise<boolean> =>
    (await tried(hand, { ...job, probe: [begin, end] })) instanceof WorkerDied;
  const none = await tried(hand, { ...job, probe: [0, 0] });
  if (none instanceof WorkerDied) return undefined;
  let [begin, end] = [0, none.items];
  if (!(await kills(begin, end))) return undefined;
  while (end - begin > 1) {
    const middle = begin + ((end - begin) >> 1);
    if (await kills(begin, middle)) end = middle;
    else begin = middle;
  }
  // somebody may have killed a worker that was only searching
  return end > begin && (await kills(begin, end)) && (await kills(begin, end)) ? begin : undefined;
}

function killing({ name, inputs }: ShardJob, item: number, died: WorkerDied): PipeError {
  return new PipeError('data', `a worker dies whenever it works on item ${item + 1} of ${name}`, {
    place: { file: inputs[0]!.path },
    found: died.message,
    hint: '--on-bad quarantine puts it aside',
  });
}

function givenUp({ name, inputs }: ShardJob, died: WorkerDied): PipeError {
  return new PipeError('io', `workers go on dying at ${name}, though of no single record`, {
    place: { file: inputs[0]!.path },
    found: died.message,
    hint: 'is the machine out of memory? fewer --workers, or a smaller --shard-size; then --resume',
  });
}
