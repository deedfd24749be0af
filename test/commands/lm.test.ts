/** How a text becomes examples of a language model. */
import { NOTHING, stretchesOf } from '../../src/model/stretches.js';

test('every token and the end are to be predicted once, worked by hand', () => {
  expect(stretchesOf([7, 8, 9], 3)).toEqual([
    { ids: [2, 7, 8], targets: [7, 8, 9] },
    { ids: [9], targets: [3] },
  ]);
  expect(stretchesOf([7, 8, 9], 64)).toEqual([{ ids: [2, 7, 8, 9], targets: [7, 8, 9, 3] }]);
  expect(stretchesOf([7], 2)).toEqual([{ ids: [2, 7], targets: [7, 3] }]);
});

test('both ways each token has one after it and one before it, but for the ends, worked by hand', () => {
  expect(stretchesOf([7, 8], 64, true)).toEqual([{ ids: [2, 7, 8, 3], targets: [7, -1, 8, 2, 3, 7, -1, 8] }]);
  expect(stretchesOf([7, 8, 9], 2, true)).toEqual([
    { ids: [2, 7], targets: [7, -1, 8, 2] },
    { ids: [8, 9], targets: [9, 7, 3, 8] },
    { ids: [3], targets: [-1, 9] },
  ]);
});

test.each([[[]], [[7]], [[7, 8, 9, 10]]])('both ways %j is foreseen whole by either direction, whatever the stretches', (ids: number[]) => {
  for (let stretch = 2; stretch < 8; stretch++) {
    const targets = stretchesOf(ids, stretch, true).flatMap((one) => one.targets);
    const way = (backward: number): number[] => targets.filter((id, i) => i % 2 === backward && id !== NOTHING);
    expect([way(0), way(1)]).toEqual([
      [...ids, 3],
      [2, ...ids],
    ]);
  }
});
