/** Sources, outputs, replay, encodings: on real files, FIFOs and devices. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { removeTemporaryFiles } from '../../src/io/cleanup.js';
import { decodeUtf8 } from '../../src/io/encoding.js';
import { openOutput, writeDocument } from '../../src/io/output.js';
import { replayable } from '../../src/io/replay.js';
import { inputFile, openSource } from '../../src/io/source.js';
import { all } from './support.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'files-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const unpacked = async (path: string, encoding?: 'big5'): Promise<Buffer> =>
  Buffer.concat(await all((await openSource(inputFile(path), encoding)).bytes));
const options = { force: false, inputs: [] };

test('gzip is known by its bytes, whatever the name; the name without .gz tells the format', async () => {
  const content = Buffer.from('今天\n'.repeat(1e5));
  writeFileSync(at('a.jsonl.gz'), gzipSync(content));
  writeFileSync(at('b.txt'), Buffer.concat([gzipSync(content), gzipSync('more')]));
  expect((await openSource(inputFile(at('a.jsonl.gz')))).extension).toBe('jsonl');
  expect(await unpacked(at('a.jsonl.gz'))).toEqual(content);
  expect(await unpacked(at('b.txt'))).toEqual(Buffer.concat([content, Buffer.from('more')]));
});

test('a cut gzip file is an error, whatever came before', async () => {
  const packed = gzipSync(Buffer.from('今天\n'.repeat(1e5)));
  for (const length of [packed.length - 1, packed.length - 9, 30]) {
    writeFileSync(at('a.gz'), packed.subarray(0, length));
    await expect(unpacked(at('a.gz'))).rejects.toMatchObject({ code: 'data', message: 'the gzip data is cut short or damaged' });
  }
});

test('zeros may pad a gzip file, but nothing may follow them unread', async () => {
  const [first, zeros] = [gzipSync('今天\n'), Buffer.alloc(1024)];
  writeFileSync(at('a.gz'), Buffer.concat([first, zeros]));
  expect((await unpacked(at('a.gz'))).toString()).toBe('今天\n');
  for (const rest of [gzipSync('明天\n'), Buffer.from('x')]) {
    writeFileSync(at('b.gz'), Buffer.concat([first, zeros, rest]));
    await expect(unpacked(at('b.gz'))).rejects.toMatchObject({ code: 'data', found: 'more data after a padding of zeros' });
  }
});

test('empty files and files of a byte', async () => {
  writeFileSync(at('a'), '');
  writeFileSync(at('b'), 'x');
  expect([await unpacked(at('a')), await unpacked(at('b'))].map(String)).toEqual(['', 'x']);
});

test('a folder, a missing file, a missing folder', async () => {
  writeFileSync(at('news.jsonl.gz'), '');
  await expect(unpacked(folder)).rejects.toMatchObject({ code: 'no-input', message: 'this is a folder' });
  await expect(unpacked(at('news.jsonl'))).rejects.toMatchObject({
    code: 'no-input',
    message: 'no such file',
    hint: 'there is news.jsonl.gz in that folder',
  });
  await expect(unpacked(at('none/a'))).rejects.toMatchObject({ code: 'no-input', hint: `there is no folder ${at('none')}` });
});

test('nothing stands under the name before publish, and nothing at all after abandon', async () => {
  const output = openOutput(at('out'), options);
  await output.write(Buffer.from('half'));
  expect(existsSync(at('out'))).toBe(false);
  output.abandon();
  expect(readdirSync(folder)).toEqual([]);
  await writeDocument(at('out'), 'whole', options);
  expect(readdirSync(folder)).toEqual(['out']);
  expect(readFileSync(at('out'), 'utf8')).toBe('whole');
});

test('what exists is replaced with --force only, also when it appears meanwhile', async () => {
  const output = openOutput(at('out'), options);
  writeFileSync(at('out'), 'theirs');
  await expect(output.publish()).rejects.toMatchObject({ code: 'cannot-create', message: 'the output exists' });
  output.abandon();
  await expect(writeDocument(at('out'), 'mine', options)).rejects.toMatchObject({ code: 'cannot-create' });
  expect(readFileSync(at('out'), 'utf8')).toBe('theirs');
  await writeDocument(at('out'), 'mine', { ...options, force: true });
  expect(readFileSync(at('out'), 'utf8')).toBe('mine');
  expect(readdirSync(folder)).toEqual(['out']);
});

test('the output may not be an input, under any name', async () => {
  writeFileSync(at('in'), 'x');
  symlinkSync(at('in'), at('link'));
  await expect(writeDocument(at('link'), 'y', { force: true, inputs: [at('in')] })).rejects.toMatchObject({
    message: 'the output is the input',
  });
  expect(readFileSync(at('in'), 'utf8')).toBe('x');
});

test('a folder and a name in a missing folder are no outputs', async () => {
  mkdirSync(at('dir'));
  await expect(writeDocument(at('dir'), '', { force: true, inputs: [] })).rejects.toMatchObject({
    code: 'cannot-create',
    message: 'the output is a folder',
  });
  await expect(writeDocument(at('none/a'), '', options)).rejects.toMatchObject({
    code: 'cannot-create',
    message: 'there is no such folder',
  });
});

test('devices and FIFOs are written straight', async () => {
  await writeDocument('/dev/null', 'x', options);
  await expect(writeDocument('/dev/full', 'x', options)).rejects.toMatchObject({ code: 'io', message: 'the disk is full' });
  execFileSync('mkfifo', [at('fifo')]);
  const reading = readFile(at('fifo'), 'utf8');
  // opening a FIFO to write waits for its reader, which another thread has opened by then
  await new Promise((resolve) => setTimeout(resolve, 100));
  const content = 'x'.repeat(2e5);
  await writeDocument(at('fifo'), content, options);
  expect(await reading).toBe(content);
});

test('.gz is packed, the same bytes each time', async () => {
  const content = '今天'.repeat(1e5);
  for (const name of ['a.gz', 'b.gz']) await writeDocument(at(name), content, options);
  expect(gunzipSync(readFileSync(at('a.gz'))).toString()).toBe(content);
  expect(readFileSync(at('a.gz'))).toEqual(readFileSync(at('b.gz')));
});

test('a full disk leaves nothing', async () => {
  mkdirSync(at('small'));
  // only root may mount; elsewhere /dev/full above stands for it
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', at('small')]).status !== 0) return;
  try {
    for (const name of ['a', 'a.gz']) {
      const noise = randomBytes(3e6);
      const output = openOutput(at(`small/${name}`), options);
      const written = (async () => {
        for (let from = 0; from < noise.length; from += 1e5) await output.write(noise.subarray(from, from + 1e5));
        await output.publish();
      })();
      await expect(written).rejects.toMatchObject({ code: 'io', message: 'the disk is full' });
      output.abandon();
      expect(readdirSync(at('small'))).toEqual([]);
    }
  } finally {
    execFileSync('umount', [at('small')]);
  }
});

test('a pipe can be read twice, and its copy goes', async () => {
  execFileSync('mkfifo', [at('fifo')]);
  spawn('sh', ['-c', `printf 'a\\nb' > ${at('fifo')}`], { stdio: 'ignore' });
  const [file, other] = await replayable([{ path: at('fifo'), name: 'fifo' }, inputFile(at('not-there'))]);
  expect(file!.name).toBe('fifo');
  expect(other!.path).toBe(at('not-there'));
  for (let i = 0; i < 2; i++) expect(String(await unpacked(file!.path))).toBe('a\nb');
  removeTemporaryFiles();
  expect(existsSync(file!.path)).toBe(false);
});

test('the first byte that is no UTF-8 has a line and a column', async () => {
  const bytes = Buffer.concat([Buffer.from('一\n二😀'), Buffer.of(0xe4, 0xbb), Buffer.from('x')]);
  await expect(decodeUtf8(bytes, { file: 'f', line: 5 })).rejects.toMatchObject({
    code: 'data',
    place: { file: 'f', line: 6, column: 3 },
    found: '0xe4',
  });
  await expect(decodeUtf8(Buffer.of(0x61, 0x80), { line: 1 })).rejects.toMatchObject({ place: { line: 1, column: 2 }, found: '0x80' });
});

test('a byte that the encoding does not have is an error of its line', async () => {
  writeFileSync(at('a'), Buffer.of(0xa4, 0xb5, 0x0a, 0xa4, 0x20, 0x0a));
  await expect(unpacked(at('a'), 'big5')).rejects.toMatchObject({ code: 'data', message: 'this is no big5 text, from this line on' });
});
