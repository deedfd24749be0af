import { uniform } from '../../src/model/random.js';

// made once by this code with pure-rand 8.4.2: they hold the stream still, since models depend on it
test('the stream of a seed never changes', () => {
  const draw = (seed: number, index: number) => Array.from({ length: 3 }, uniform(seed, index)).map((x) => x * 2 ** 32);
  expect(draw(1, 0)).toMatchInlineSnapshot(`
   [
     518192203,
     2029781178,
     91554000,
   ]
  `);
  expect(draw(2 ** 40, 7)).toMatchInlineSnapshot(`
   [
     3873817767,
     1636376970,
     3186804908,
   ]
  `);
});

test('close seeds and indices give unlike streams', () => {
  const firsts = [0, 1, 2, 2 ** 32, 2 ** 32 + 1].flatMap((seed) => [0, 1, 2].map((index) => uniform(seed, index)()));
  expect(new Set(firsts).size).toBe(15);
});
