import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { newMemory } from '../../src/formats/memory.js';

test('what is given back is taken again, where it is large enough', () => {
  const memory = newMemory();
  const [small, large] = [memory.take(10), memory.take(3e6)];
  expect([small.byteLength >= 10, large.byteLength >= 3e6]).toEqual([true, true]);
  memory.give(small);
  memory.give(large);
  expect(memory.take(2e6)).toBe(large);
  expect(memory.take(10)).toBe(small);
  expect([small, large]).not.toContain(memory.take(10));
});

test('what is too small goes, and nothing is given out twice', () => {
  const memory = newMemory();
  const small = memory.take(10);
  memory.give(small);
  memory.give(small);
  expect(memory.take(3e6)).not.toBe(small);
  const again = memory.take(10);
  expect(again).not.toBe(small);
  expect(memory.take(10)).not.toBe(again);
});

test('memory of somebody else is not taken', () => {
  const memory = newMemory();
  const own = new SharedArrayBuffer(1 << 20);
  memory.give(own);
  expect(memory.take(10)).not.toBe(own);
});

test('what nobody gives back does not stay', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const memory = newMemory();
  const lost = new WeakRef(memory.take(10));
  await new Promise((resolve) => setTimeout(resolve, 1));
  collect();
  expect(lost.deref()).toBeUndefined();
});
