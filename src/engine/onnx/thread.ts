/** A worker thread of the engine: does the jobs that it is sent, one after another, and gives the memory of their results away. */
import { parentPort, workerData } from 'node:worker_threads';
import type { HostTensor, Tensors } from '../ops.js';
import { nativeRuntime, openSessions, type CompiledProgram } from './sessions.js';
import type { Reply, Request } from './threads.js';

const port = parentPort!;
const opened = nativeRuntime().then((runtime) => openSessions(runtime, workerData as CompiledProgram));
opened.catch(() => {}); // every job tells it
let queue = Promise.resolve();
let common: Tensors = {};

port.on('message', (request: Request) => {
  queue = queue.then(() => answer(request));
});

async function answer(request: Request): Promise<void> {
  if (request === 'close') {
    await opened.then(
      (sessions) => sessions.close(),
      () => {},
    );
    port.close();
    return;
  }
  try {
    common = request.common ?? common;
    const results = await (await opened).runAll(common, request.runs);
    send({ results }, memoryOf(results));
  } catch (error) {
    send({ error });
  }
}

const memoryOf = (results: readonly Record<string, HostTensor>[]): ArrayBuffer[] => [
  ...new Set(results.flatMap((one) => Object.values(one).map(({ data }) => data.buffer as ArrayBuffer))),
];

function send(reply: Reply, transfer: ArrayBuffer[] = []): void {
  port.postMessage(reply, transfer);
}
