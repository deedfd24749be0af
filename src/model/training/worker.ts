/** A worker thread of a training: a learner that is asked by messages. */
import { parentPort, workerData } from 'node:worker_threads';
import { ownLearner, type Reply, type Request, type Start } from './threads.js';

const port = parentPort!;
const send = (reply: Reply): void => port.postMessage(reply);

try {
  const learner = await ownLearner(workerData as Start);
  port.on('message', (request: Request) => {
    if (request === 'close') void learner.close().then(() => port.close());
    else if ('gradient' in request)
      learner.gradient(request.gradient).then(
        (gradient) => send({ gradient }),
        (error: unknown) => send({ error }),
      );
    else
      learner.answers(request.answers).then(
        (answers) => send({ answers }),
        (error: unknown) => send({ error }),
      );
  });
  send({ ready: true });
} catch (error) {
  send({ error });
}
