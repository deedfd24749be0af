/** One run at a time in a folder: a lock file with the process that holds it. That of a process that is gone is taken over. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PipeError } from '../errors.js';
import { outputFailure } from '../io/failure.js';

interface Holder {
  host: string;
  pid: number;
  /** when the process began, as the system tells it: a number may be given to another process later */
  began: string;
}

export interface Lock {
  release: () => void;
}

/** Time in which everybody who saw the dead holder's lock has replaced it, and the last one is seen to have won. */
const SETTLE = 100;

/**
 * Takes the lock of a folder.
 *
 * @throws PipeError('busy') where a living process holds it, PipeError('cannot-create' | 'io') where it cannot be written
 */
export async function takeLock(folder: string): Promise<Lock> {
  const path = join(folder, '.lock');
  const own = `${path}.${process.pid}.tmp`;
  const text = JSON.stringify({ host: hostname(), pid: process.pid, began: beganAt(process.pid) } satisfies Holder);
  try {
    writeFileSync(own, text, { flush: true });
  } catch (error) {
    throw outputFailure(error, folder);
  }
  const release = (): void => {
    if (read(path) === text) rmSync(path, { force: true });
  };
  try {
    try {
      // a link comes into being with its content, or not at all
      linkSync(own, path);
      return { release };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw outputFailure(error, folder);
    }
    const held = read(path);
    const holder = parsed(held);
    if (holder && isAlive(holder)) throw busy(folder, holder);
    renameSync(own, path);
    await wait(SETTLE);
    const now = read(path);
    if (now !== text) throw busy(folder, parsed(now));
    return { release };
  } finally {
    rmSync(own, { force: true });
  }
}

function busy(folder: string, holder: Holder | undefined): PipeError {
  const elsewhere = holder && holder.host !== hostname();
  return new PipeError('busy', 'another run is at work in this folder', {
    place: { file: folder },
    found: holder ? `process ${holder.pid}${elsewhere ? ` on ${holder.host}` : ''}` : 'a lock',
    hint: elsewhere ? `if that machine is gone: rm ${join(folder, '.lock')}` : 'wait until it is done, or choose another --out',
  });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parsed(text: string | undefined): Holder | undefined {
  try {
    return JSON.parse(text ?? '') as Holder;
  } catch {
    return undefined;
  }
}

/** Whether the process may still be there; of another machine that cannot be known. */
function isAlive({ host, pid, began }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return beganAt(pid) === began;
}

/** Clock ticks from the machine's start to the process's; empty where the system does not tell, or the process is a zombie. */
function beganAt(pid: number): string {
  const stat = read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ');
  return stat && stat[0] !== 'Z' ? (stat[19] ?? '') : '';
}
