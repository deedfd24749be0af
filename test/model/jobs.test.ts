import { sideBySide } from '../../src/model/jobs.js';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test.each([
  [1, 1],
  [2, 3],
])('with %s threads at most %s jobs are under way, and all are done', async (threads, most) => {
  let [under, largest] = [0, 0];
  const done: number[] = [];
  await sideBySide([0, 1, 2, 3, 4, 5], threads, async (job) => {
    largest = Math.max(largest, ++under);
    await later();
    under--;
    done.push(job);
  });
  expect(largest).toBe(most);
  expect(done.sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

test('the first error is thrown when nothing is under way any more, and no new job is begun', async () => {
  const begun: number[] = [];
  let under = 0;
  const run = sideBySide([0, 1, 2, 3, 4, 5, 6, 7], 2, async (job) => {
    begun.push(job);
    under++;
    await later();
    under--;
    if (job === 1) throw new Error('the second');
  });
  await expect(run).rejects.toThrow('the second');
  expect(under).toBe(0);
  expect(begun.length).toBeLessThan(8);
});
