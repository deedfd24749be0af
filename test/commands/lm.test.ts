/** How a text becomes examples of a language model. */
import { stretchesOf } from '../../src/model/stretches.js';

test('every token and the end are to be predicted once, worked by hand', () => {
  expect(stretchesOf([7, 8, 9], 3)).toEqual([
    { ids: [2, 7, 8], targets: [7, 8, 9] },
    { ids: [9], targets: [3] },
  ]);
  expect(stretchesOf([7, 8, 9], 64)).toEqual([{ ids: [2, 7, 8, 9], targets: [7, 8, 9, 3] }]);
  expect(stretchesOf([7], 2)).toEqual([{ ids: [2, 7], targets: [7, 3] }]);
});
