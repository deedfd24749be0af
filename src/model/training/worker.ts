/** A worker thread of a training: a learner that is asked by messages. */
import { parentPort, workerData } from 'node:worker_threads';
import { ownHand, type Reply, type Request, type Start } from './threads.js';

const port = parentPort!;
const send = (reply: Reply): void => port.postMessage(reply);

try {
  const hand = await ownHand(workerData as Start);
  const answer = (reply: Promise<Reply>): void => void reply.catch((error: unknown): Reply => ({ error })).then(send);
  port.on('message', (request: Request) => {
    if (request === 'close') void hand.close().then(() => port.close());
    else if ('gradient' in request) answer(hand.gradient(request.gradient).then((gradient) => ({ gradient })));
    else if ('sum' in request) answer(hand.sum(request.sum, request.share, request.shares).then((squares) => ({ squares })));
    else if ('update' in request) answer(hand.update(request.update, request.share, request.shares).then(() => ({ updated: true })));
    else answer(hand.answers(request.answers).then((answers) => ({ answers })));
  });
  send({ ready: true });
} catch (error) {
  send({ error });
}
