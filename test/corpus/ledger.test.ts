/** A ledger survives being cut anywhere; a lock is held by one process, and not by a dead one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger, readLedger, type Configuration, type ShardEntry } from '../../src/corpus/ledger.js';
import { takeLock } from '../../src/corpus/lock.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'ledger-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const configuration: Configuration = { version: '1', options: { to: 'tokenize' }, files: {}, inputs: 'ab', shards: 2 };
const entry = (shard: number): ShardEntry => ({
  shard,
  output: { name: `part-${shard}`, bytes: 1, sha256: '00' },
  input: { files: 1, from: '文', to: '文', begin: 0, end: 1 },
  recordsIn: 1,
  recordsOut: 1,
  recordsBad: 0,
  counts: [['tokens', 3]],
});

test('what was added is read again, however the file is cut', () => {
  expect(readLedger(folder)).toBeUndefined();
  const ledger = openLedger(folder, { configuration });
  ledger.add(entry(1));
  ledger.add(entry(0));
  ledger.close();
  const path = join(folder, 'ledger.jsonl');
  const bytes = readFileSync(path);
  expect(readLedger(folder)).toEqual({ configuration, entries: [entry(1), entry(0)], length: bytes.length });
  for (let length = bytes.length - 1; length >= 0; length--) {
    truncateSync(path, length);
    const lines = bytes.subarray(0, length).toString('latin1').split('\n').length - 1;
    expect(readLedger(folder)?.entries.length).toBe(lines === 0 ? undefined : lines - 1);
    writeFileSync(path, bytes);
  }
  // gone on with behind the last whole line
  appendFileSync(path, '{"shard":7,"outp');
  const again = openLedger(folder, { length: readLedger(folder)!.length });
  again.add(entry(5));
  again.close();
  expect(readLedger(folder)!.entries.map(({ shard }) => shard)).toEqual([1, 0, 5]);
  expect(() => openLedger(folder, { configuration })).toThrow();
});

test('a line that is whole and wrong is no crash: the ledger is refused', () => {
  writeFileSync(join(folder, 'ledger.jsonl'), 'not JSON\n');
  expect(() => readLedger(folder)).toThrow(expect.objectContaining({ code: 'mismatch', message: 'the ledger is damaged' }) as Error);
});

test('a lock is held until it is released', async () => {
  const lock = await takeLock(folder);
  await expect(takeLock(folder)).rejects.toMatchObject({ code: 'busy', found: `process ${process.pid}` });
  lock.release();
  (await takeLock(folder)).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('the lock of a dead process, and of one whose number another has now, is taken over', async () => {
  const child = spawn('true');
  await new Promise((resolve) => child.on('exit', resolve));
  for (const holder of [
    { host: hostname(), pid: child.pid, began: '1' },
    { host: hostname(), pid: process.pid, began: '1' },
  ]) {
    writeFileSync(join(folder, '.lock'), JSON.stringify(holder));
    (await takeLock(folder)).release();
  }
  writeFileSync(join(folder, '.lock'), JSON.stringify({ host: 'elsewhere', pid: 1, began: '1' }));
  await expect(takeLock(folder)).rejects.toMatchObject({ code: 'busy', found: 'process 1 on elsewhere' });
});

test('of many that come upon a dead lock one has it', async () => {
  writeFileSync(join(folder, '.lock'), JSON.stringify({ host: hostname(), pid: 2 ** 22 + 1, began: '1' }));
  const program = `const { takeLock } = await import(${JSON.stringify(join(import.meta.dirname, '../../build/corpus/lock.js'))});
    try { await takeLock(${JSON.stringify(folder)}); console.log('mine'); } catch (error) { console.log(error.code); }
    process.stdin.resume();`;
  const contenders = Array.from({ length: 6 }, () => spawn(process.execPath, ['--input-type=module', '-e', program]));
  const said = await Promise.all(contenders.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()));
  // whoever has it keeps it until all have asked
  const ended = contenders.map((one) => once(one, 'exit'));
  for (const { stdin } of contenders) stdin.end();
  await Promise.all(ended);
  expect(said.sort()).toEqual(['busy', 'busy', 'busy', 'busy', 'busy', 'mine']);
});
