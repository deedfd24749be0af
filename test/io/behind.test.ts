import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBehind } from '../../src/io/behind.js';

const folder = mkdtempSync(join(tmpdir(), 'behind-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'out');

test('all that was taken is in the file in its order, also what goes to the disk before the end', async () => {
  const pieces = Array.from({ length: 50 }, (_, i) => Buffer.alloc(i * 57_344, i));
  const behind = writeBehind(openSync(path, 'w'), path);
  for (const piece of pieces) await behind.write(piece);
  await behind.finish();
  expect(readFileSync(path).equals(Buffer.concat(pieces))).toBe(true);
});

test('what a write meets with is told by the one after the next, or at the end, with the name of the output', async () => {
  const failure = { code: 'io', place: { file: path } };
  const toRead = (): number => openSync('/dev/null', 'r');
  const ended = writeBehind(toRead(), path);
  await ended.write(Buffer.from('x'));
  await expect(ended.finish()).rejects.toMatchObject(failure);
  const gone = writeBehind(toRead(), path);
  await gone.write(Buffer.from('x'));
  await gone.write(Buffer.from('y'));
  await expect(gone.write(Buffer.from('z'))).rejects.toMatchObject(failure);
  gone.abandon();
});

test('an abandoned descriptor is closed at once, or when the write under way is done', async () => {
  const [idle, busy] = [openSync(path, 'w'), openSync(path, 'w')];
  writeBehind(idle, path).abandon();
  expect(() => fstatSync(idle)).toThrow('EBADF');
  const behind = writeBehind(busy, path);
  await behind.write(Buffer.alloc(1 << 24));
  behind.abandon();
  const isOpen = (): boolean => {
    try {
      return fstatSync(busy).isFile();
    } catch {
      return false;
    }
  };
  expect(isOpen()).toBe(true);
  while (isOpen()) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(() => closeSync(busy)).toThrow('EBADF');
});
