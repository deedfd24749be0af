/** Work in the order in which it was asked for, one after another: the engine has the processor to itself, and nobody is overtaken. */
import { Refusal } from './refusal.js';

/** More than this many do not wait: they are told to come again. */
const MOST_WAITING = 500;

/** @returns a function that does `work` when all that was asked for before is done, and not at all if by then nobody waits for it */
export function inTurn(): <T>(work: () => Promise<T>, wanted: () => boolean) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return (work, wanted) => {
    if (waiting >= MOST_WAITING)
      throw new Refusal('busy', 'too many requests are waiting', 'ask again in a second', { 'retry-after': '1' });
    waiting++;
    const mine = last.then(async () => {
      waiting--;
      if (!wanted()) throw new Refusal('busy', 'nobody waits for the answer', 'ask again');
      return work();
    });
    last = mine.catch(() => {});
    return mine;
  };
}
