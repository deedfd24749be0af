/**
 * A worker process of `batch`: loads its dictionaries and model once, then does shard after shard as they are sent. It ends when the pipe to
 * its parent does, so none is left over when the parent is killed.
 */
import { PipeError } from '../../errors.js';
import { openShare, type Share } from '../chunk-work.js';
import { plain } from '../plain-error.js';
import { readyStages, type ReadyStages } from '../ready-stages.js';
import type { FromWorker, ShardJob, ShardWork, ToWorker } from './messages.js';
import { areThere } from './outputs.js';
import { chunkWork, doShard, type Hooks } from './shard.js';

let work: ShardWork;
// loaded for the first shard, so that a worker that only proves what is there loads nothing
let ready: ReadyStages | undefined;
let share: Share | undefined;
let orphaned = false;

process.on('disconnect', () => (orphaned = true));
// a terminal sends Ctrl-C to all processes of a run: the parent minds it, and tells the workers by closing their pipes
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

function send(message: FromWorker): void {
  if (process.connected) process.send!(message);
}

/** Progress is told some times a second. */
const EVERY = 100;
let [toldAt, bytesRead, written] = [0, 0, 0];

const hooks: Hooks = {
  goOn: () => {
    if (orphaned) throw new PipeError('io', 'the run has ended');
  },
  note: (note) => send({ note }),
  progress: (bytes, recordsOut) => {
    bytesRead += bytes;
    written += recordsOut;
    if (performance.now() - toldAt < EVERY) return;
    tell();
  },
};

function tell(): void {
  toldAt = performance.now();
  send({ progress: { bytes: bytesRead, recordsOut: written } });
  [bytesRead, written] = [0, 0];
}

/** One share does all shards, but where it is filled with counts. */
function shareFor(job: ShardJob): Share {
  const open = (): Share => openShare(chunkWork(work, job), (ready ??= readyStages(work.stages)));
  return typeof work.result === 'string' && !job.probe ? (share ??= open()) : open();
}

async function answer(message: ToWorker): Promise<void> {
  try {
    if ('work' in message) work = message.work;
    else if ('prove' in message) send({ proven: await areThere(work.folder, message.prove) });
    else {
      const result = await doShard(message.job, work, shareFor(message.job), hooks);
      if (message.job.probe) [bytesRead, written] = [0, 0];
      else tell();
      send({ result, peakMemory: process.resourceUsage().maxRSS * 1024 });
    }
  } catch (error) {
    if (error instanceof PipeError) send({ error: plain(error) });
    else send({ bug: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

process.on('message', (message: ToWorker) => void answer(message));
