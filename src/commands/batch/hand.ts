/** A worker process and what it is asked, one thing at a time. When it has died, the next question starts another one. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { PipeError } from '../../errors.js';
import { fromPlain } from '../plain-error.js';
import type { OutputFile } from '../../corpus/ledger.js';
import type { FromWorker, ShardJob, ShardResult, ShardWork, ToWorker } from './messages.js';
import { placeOf } from '../../place.js';

/** The worker ended before it had answered. */
export class WorkerDied extends Error {}

export interface Hand {
  /** @throws WorkerDied, or the PipeError that the shard came to */
  do: (job: ShardJob) => Promise<ShardResult>;
  prove: (files: readonly OutputFile[]) => Promise<boolean>;
  /** what has been done of the question that is not yet answered */
  underWay: () => { bytes: number; recordsOut: number };
  /** the largest that its processes have been, in bytes */
  peakMemory: () => number;
  /** ends the process, within a moment */
  end: () => Promise<void>;
}

export interface HandOptions {
  work: ShardWork;
  /** megabytes of JavaScript objects that a worker may hold before it is ended */
  memory: number;
  /** other workers have the other cores */
  crowded: boolean;
  note: (text: string) => void;
}

/** What a process says last, which is why it died. */
const LAST_WORDS = 2000;
const PATIENCE = 3000;

export function openHand({ work, memory, crowded, note }: HandOptions): Hand {
  let child: ChildProcess | undefined;
  let [bytes, recordsOut, peak] = [0, 0, 0];
  let over = false;
  let lastWords = '';

  function start(): ChildProcess {
    const started = fork(placeOf('commands/batch/worker.js'), [], {
      serialization: 'advanced',
      // the collector's helper threads would take the time that other workers have: one in seven seconds of two that predict
      execArgv: [`--max-old-space-size=${memory}`, ...(crowded ? ['--single-threaded-gc'] : [])],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // 'close' does not come where the parent has disconnected; this is also for one that dies while it has nothing to do
    started.on('exit', () => {
      if (child === started) child = undefined;
    });
    lastWords = '';
    started.stderr!.on('data', (text: Buffer) => (lastWords = (lastWords + text.toString('utf8')).slice(-LAST_WORDS)));
    started.send({ work } satisfies ToWorker);
    return started;
  }

  async function ask(message: ToWorker): Promise<FromWorker> {
    if (over) throw ended();
    [bytes, recordsOut] = [0, 0];
    const asked = (child ??= start());
    return new Promise<FromWorker>((resolve, reject) => {
      const hear = (said: FromWorker): void => {
        if ('progress' in said) {
          bytes += said.progress.bytes;
          recordsOut += said.progress.recordsOut;
        } else if ('note' in said) note(said.note);
        else settle(() => resolve(said));
      };
      const gone = (code: number | null, signal: NodeJS.Signals | null): void =>
        settle(() => {
          if (over) reject(ended());
          // its last words may still be on their way
          else setTimeout(() => reject(new WorkerDied(`${signal ?? `exit code ${code}`}${reasonIn(lastWords)}`)), 20);
        });
      // to a process that has just died nothing can be sent, which its end tells too
      const failed = (): void => {};
      const settle = (answer: () => void): void => {
        asked.off('message', hear).off('exit', gone).off('error', failed);
        answer();
      };
      asked.on('message', hear).on('exit', gone).on('error', failed);
      asked.send(message, () => {});
    });
  }

  return {
    do: async (job) => {
      const said = await ask({ job });
      if ('result' in said) {
        peak = Math.max(peak, said.peakMemory);
        return said.result;
      }
      throw errorOf(said);
    },
    prove: async (files) => {
      const said = await ask({ prove: files });
      if ('proven' in said) return said.proven;
      throw errorOf(said);
    },
    underWay: () => ({ bytes, recordsOut }),
    peakMemory: () => peak,
    end: async () => {
      over = true;
      const ending = child;
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
      const closed = once(ending, 'exit');
      if (ending.connected) ending.disconnect();
      const timer = setTimeout(() => ending.kill('SIGKILL'), PATIENCE);
      await closed;
      clearTimeout(timer);
    },
  };
}

const ended = (): Error => new Error('the run has ended');

function errorOf(said: FromWorker): Error {
  if ('error' in said) return fromPlain(said.error);
  return 'bug' in said ? new Error(said.bug) : new PipeError('bug', 'a worker gave no answer that was asked for');
}

/** The first line of what V8 and the C library say before they end a process. */
function reasonIn(lastWords: string): string {
  const reason = /^.*(?:FATAL ERROR|terminate called|Assertion|panicked).*$/m.exec(lastWords)?.[0] ?? '';
  return reason ? `: ${reason.slice(0, 200)}` : '';
}
