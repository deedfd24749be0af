/** Cores shared out to workers and to the engine's threads within them. */
import { sharesOf } from '../../src/commands/shares.js';

test.each([
  ['text alone: a worker for each core', undefined, false, 4, { workers: 4, threads: 1 }],
  ['as many workers as are asked for', 3, false, 4, { workers: 3, threads: 1 }],
  ['an engine: a worker for two cores', undefined, true, 4, { workers: 2, threads: 2 }],
  ['two cores: one thread of JavaScript', undefined, true, 2, { workers: 1, threads: 2 }],
  ['one core', undefined, true, 1, { workers: 1, threads: 1 }],
  ['no core is left over', undefined, true, 3, { workers: 1, threads: 3 }],
  ['the workers that are asked for share the cores', 2, true, 8, { workers: 2, threads: 4 }],
  ['more workers than cores have one thread each', 9, true, 4, { workers: 9, threads: 1 }],
])('%s', (_, workers, computing, cores, expected) => {
  expect(sharesOf(workers, computing, cores)).toEqual(expected);
});
