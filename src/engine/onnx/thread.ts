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
    const sessions = await opened;
    if (request.placings) {
      const made = await sessions.runInto(common, request.runs, request.placings);
      send({ made }, memoryOf(Object.values(made)));
    } else {
      const made = await sessions.runAll(common, request.runs);
      send({ made }, memoryOf(made.flatMap((results) => Object.values(results).map(({ data }) => data))));
    }
  } catch (error) {
    send({ error });
  }
}

const memoryOf = (all: readonly HostTensor['data'][]): ArrayBuffer[] => [...new Set(all.map(({ buffer }) => buffer as ArrayBuffer))];

function send(reply: Reply, transfer: ArrayBuffer[] = []): void {
  port.postMessage(reply, transfer);
}
