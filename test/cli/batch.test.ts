/** `batch` as users type it: the bytes of `run` with any number of workers, through every kind of file; resumed, refused, stopped. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { takeLock } from '../../src/corpus/lock.js';
import { start, type Result } from '../support/cli.js';
import { listing, refused, useFolder } from './support.js';

const folder = useFolder();
const text = (name: string): string => readFileSync(folder().file(name), 'utf8');
const shell = (line: string): Result => folder().shell(line);

/** Runs what must go well. */
function ran(line: string): Result {
  const result = shell(line);
  expect({ line, code: result.code, stderr: result.code === 0 ? '' : result.stderr }).toEqual({ line, code: 0, stderr: '' });
  return result;
}

/** All results of a folder, in the order of the shards. */
const results = (out: string): Buffer =>
  Buffer.concat(
    listing(folder(), out)
      .filter((name) => /^part-\d+\.jsonl$/.test(name))
      .map((name) => readFileSync(folder().file(`${out}/${name}`))),
  );

interface Manifest {
  sha256: string;
  recordsBad: number;
  run: { doneBefore: number; shards: number };
}

const manifest = (out: string): Manifest => JSON.parse(text(`${out}/manifest.json`)) as Manifest;

/** Awkward names, every kind of file, long and empty lines, no last line end. */
function corpus(): void {
  const { file } = folder();
  const news = text('examples/news.txt');
  mkdirSync(file('corpus/深 一/_not'), { recursive: true });
  writeFileSync(file('corpus/news.txt'), news.repeat(12));
  writeFileSync(file('corpus/深 一/-x 文.txt'), `\uFEFF${news.repeat(4)}\n\n😀最后。没有换行`);
  writeFileSync(file('corpus/深 一/_not/this.txt'), '不要');
  writeFileSync(file('corpus/g.txt.gz'), gzipSync(news.repeat(5)));
  writeFileSync(file('corpus/headlines.tsv'), text('examples/headlines.tsv'));
  writeFileSync(file('corpus/long.txt'), `短。\n${'长长的一行，'.repeat(900)}\n短。\n`);
  writeFileSync(file('corpus/empty.txt'), '');
  writeFileSync(file('corpus/sentences.jsonl'), text('examples/sentences.jsonl'));
}

const STEPS = '--to tokenize --segmenter characters';
/** in the order of their bytes, as the batch has them */
const FILES =
  "corpus/empty.txt corpus/g.txt.gz corpus/headlines.tsv corpus/long.txt corpus/news.txt corpus/sentences.jsonl 'corpus/深 一/-x 文.txt'";

test('any number of workers gives the bytes of `run`', () => {
  corpus();
  const one = ran(`rnn-pipe run ${FILES} ${STEPS} -q`).stdout;
  for (const [workers, size] of [
    [1, '2KB'],
    [2, '2KB'],
    [5, '2KB'],
    [2, '7KB'],
    [1, '4MB'],
  ] as const) {
    const { stderr } = ran(`rnn-pipe batch corpus ${STEPS} --out o${workers}${size} --workers ${workers} --shard-size ${size}`);
    expect(results(`o${workers}${size}`).toString()).toBe(one);
    expect(stderr).toContain('note: 1 found in folders and left out');
  }
  expect(new Set(['o12KB', 'o22KB', 'o52KB'].map((out) => manifest(out).sha256)).size).toBe(1);
  expect(manifest('o12KB').run.shards).toBeGreaterThan(15);
  expect(manifest('o14MB').run.shards).toBe(1);
  expect(listing(folder(), 'o12KB')).not.toContain('.lock');
});

test('through jieba, ids, vectors and a network: shards begin their batches anew, else the bytes are those of `run`', () => {
  const steps = '--to output --vocab examples/vocabulary.json --length 8 --dim 4 --units 3';
  const one = ran(`rnn-pipe run examples/news.txt ${steps} -q`).stdout;
  ran(`rnn-pipe batch examples/news.txt ${steps} --out one --shard-size 1MB`);
  expect(results('one').toString()).toBe(one);
  for (const workers of [1, 3]) ran(`rnn-pipe batch examples/news.txt ${steps} --out few${workers} --shard-size 200 --workers ${workers}`);
  expect(results('few1')).toEqual(results('few3'));
  const idsOf = (lines: string): string[] =>
    lines
      .trim()
      .split('\n')
      .map((line) => String((JSON.parse(line) as { id: unknown }).id));
  expect(idsOf(results('few1').toString())).toEqual(idsOf(one));
});

test('records in, Arrow out', () => {
  ran(
    'rnn-pipe batch examples/tokens.jsonl --from encode --to pad --vocab examples/vocabulary.json --length 4 --format arrow --out o --shard-size 500',
  );
  const parts = listing(folder(), 'o').filter((name) => name.endsWith('.arrow'));
  expect(parts.length).toBeGreaterThan(2);
  const read = parts.map((name) => ran(`rnn-pipe convert o/${name} - -q`).stdout).join('');
  expect(read).toBe(ran('rnn-pipe run examples/tokens.jsonl --from encode --to pad --vocab examples/vocabulary.json --length 4 -q').stdout);
});

test('--to vocab: the vocabulary of `vocab` over all of the text', () => {
  corpus();
  ran(`rnn-pipe run ${FILES} ${STEPS} -q -o all.jsonl && rnn-pipe vocab all.jsonl -q -o v.json --min-count 3 --ngrams 2 --affixes`);
  ran('rnn-pipe batch corpus --to vocab --segmenter characters --min-count 3 --ngrams 2 --affixes --out o --shard-size 2KB --workers 3');
  expect(text('o/vocabulary.json')).toBe(text('v.json'));
  // counts that do not fit into memory go to files: the same bytes, and nothing is left out in silence
  const small = 'rnn-pipe batch corpus --to vocab --segmenter characters --min-count 3 --ngrams 2 --affixes --shard-size 2KB --max-memory';
  ran(`${small} 40KB --out o3`);
  expect(text('o3/vocabulary.json')).toBe(text('v.json'));
  const tooSmall = shell(`${small} 1000 --out o4`);
  expect({ code: tooSmall.code, stderr: tooSmall.stderr }).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('--max-memory is too small for the vocabulary itself') as string,
  });
  ran('rnn-pipe batch --out o4 --resume --max-memory 1GB');
  expect(text('o4/vocabulary.json')).toBe(text('v.json'));
  ran('rnn-pipe batch all.jsonl --from vocab --to vocab --min-count 3 --ngrams 2 --affixes --out o2 --shard-size 20KB');
  expect(text('o2/vocabulary.json')).toBe(text('v.json'));
});

test('--resume does what is not proven done, and nothing else', () => {
  corpus();
  const batch = `rnn-pipe batch corpus ${STEPS} --shard-size 2KB`;
  ran(`${batch} --out whole`);
  ran(`${batch} --out o`);
  const all = manifest('whole').run.shards;
  const undo = (what: () => void, doneBefore: number): void => {
    what();
    ran('rnn-pipe batch --out o --resume --workers 3');
    expect(manifest('o')).toMatchObject({ sha256: manifest('whole').sha256, run: { shards: all, doneBefore } });
    expect(results('o')).toEqual(results('whole'));
  };
  const at = (name: string): string => folder().file(`o/${name}`);
  // ranges inside one long line give empty results
  const [a, b, c, d] = listing(folder(), 'o').filter((name) => name.startsWith('part') && statSync(at(name)).size > 100) as [
    string,
    string,
    string,
    string,
  ];
  undo(() => {}, all);
  undo(() => rmSync(at(a)), all - 1);
  undo(() => appendFileSync(at(b), ' '), all - 1);
  undo(() => truncateSync(at(c), 10), all - 1);
  undo(() => {
    const bytes = readFileSync(at(d));
    bytes[20]! ^= 1;
    writeFileSync(at(d), bytes);
  }, all - 1);
  // the ledger cut in its fourth line: two entries are left
  undo(() => writeFileSync(at('ledger.jsonl'), `${text('o/ledger.jsonl').split('\n').slice(0, 3).join('\n')}\n{"shard":`), 2);
  undo(() => {
    rmSync(at('manifest.json'));
    writeFileSync(at('.part-00001.jsonl.99.tmp'), 'half');
  }, all);
  expect(listing(folder(), 'o')).toEqual(listing(folder(), 'whole'));
});

test('--resume refuses what would give other results, by name', () => {
  corpus();
  const { file } = folder();
  ran('cp examples/vocabulary.json v.json');
  const steps = '--from encode --to pad --length 4 --vocab v.json';
  const mtime = new Date(1_700_000_000_000);
  utimesSync(file('examples/tokens.jsonl'), mtime, mtime);
  ran(`rnn-pipe batch examples/tokens.jsonl ${steps} --out o --shard-size 500`);
  rmSync(file('o/manifest.json'));
  const resume = (more: string, says: string[], code: 'mismatch' | 'usage' | 'no-input' = 'mismatch', place?: string): void =>
    void refused(folder(), `rnn-pipe batch --out o --resume ${more}`, { code, says, ...(place ? { place } : {}) });
  resume('--length 5', ['another --length', 'expected 4', 'found 5']);
  resume('--shard-size 1KB', ['another --shard-size']);
  resume('--on-bad stop', ['another --on-bad']);
  resume('--units 4', ['--units does not apply'], 'usage');
  resume('examples/sentences.jsonl', ['this file of the input is not there any more'], 'mismatch', 'examples/tokens.jsonl');
  resume('examples/tokens.jsonl examples/sentences.jsonl', ['was not in the input'], 'mismatch', 'examples/sentences.jsonl');
  const tokens = text('examples/tokens.jsonl');
  writeFileSync(file('examples/tokens.jsonl'), `${tokens}\n`);
  resume('', ['the file has another size'], 'mismatch', 'examples/tokens.jsonl');
  writeFileSync(file('examples/tokens.jsonl'), tokens);
  resume('', ['the file was changed'], 'mismatch', 'examples/tokens.jsonl');
  utimesSync(file('examples/tokens.jsonl'), mtime, mtime);
  ran('rnn-pipe vocab examples/tokens.jsonl --min-count 2 --force -o v.json');
  resume('', ['another file for --vocab']);
  // the files count by what is in them, and the number of workers does not count
  ran('rnn-pipe batch --out o --resume --vocab examples/vocabulary.json --workers 7');
}, 120_000);

test('where results may not go, and what is no corpus', () => {
  corpus();
  mkdirSync(folder().file('full'));
  writeFileSync(folder().file('full/mine'), '');
  const batch = `rnn-pipe batch corpus ${STEPS}`;
  refused(folder(), batch, { code: 'usage', says: ['--out results'] });
  refused(folder(), `${batch} --out full`, { code: 'cannot-create', place: 'full', says: ['not empty', 'mine'] });
  refused(folder(), `${batch} --out corpus/news.txt`, { code: 'cannot-create', place: 'corpus/news.txt', says: ['is no folder'] });
  refused(folder(), `${batch} --out new --resume`, { code: 'no-input', place: 'new', says: ['no run to go on with'] });
  refused(folder(), 'rnn-pipe batch --out new', { code: 'no-input', says: ['no file to read'] });
  refused(folder(), 'rnn-pipe batch - --out new', { code: 'usage', says: ['stdin'] });
  refused(folder(), "rnn-pipe batch 'no/*.txt' --out new", { code: 'no-input', place: 'no/*.txt', says: ['no file has such a name'] });
  refused(folder(), 'rnn-pipe batch corpus --out new --to pad --vocab examples/vocabulary.json', { code: 'usage', says: ['--length 64'] });
  refused(folder(), 'rnn-pipe batch corpus --out new --to pad --length 4', { code: 'usage', says: ['vocabulary', '--to vocab'] });
  refused(folder(), 'rnn-pipe batch corpus --out new --to sentences --units 4', { code: 'usage', says: ['--units does not apply'] });
  refused(folder(), 'rnn-pipe batch corpus --out new --to encode --vocab no.json', {
    code: 'no-input',
    place: 'no.json',
    says: ['no such file'],
  });
  ran(`${batch} --out o`);
  refused(folder(), `${batch} --out o`, { code: 'cannot-create', place: 'o', says: ['a finished run'] });
  rmSync(folder().file('o/manifest.json'));
  refused(folder(), `${batch} --out o`, { code: 'cannot-create', place: 'o', says: ['a run was begun', '--resume'] });
});

test('bad lines are put aside byte for byte, or stop the run, which can be gone on with', () => {
  const { file } = folder();
  const bad = Buffer.of(0xff, 0xfe, 0x41);
  const good = Buffer.from('今天。天气。\n');
  writeFileSync(file('t.txt'), Buffer.concat([good, bad, Buffer.of(10), good, good, good, bad]));
  const batch = `rnn-pipe batch t.txt ${STEPS} --shard-size 20`;
  const { stderr } = ran(`${batch} --out o`);
  expect(stderr).toMatch(/^6 in, 8 out, 2 bad, 0 lost; /m);
  const aside = listing(folder(), 'o').filter((name) => name.endsWith('.bad'));
  expect(Buffer.concat(aside.map((name) => readFileSync(file(`o/${name}`))))).toEqual(
    Buffer.concat([bad, Buffer.of(10), bad, Buffer.of(10)]),
  );
  const reasons = listing(folder(), 'o').filter((name) => name.endsWith('.reasons'));
  expect(reasons.map((name) => JSON.parse(text(`o/${name}`)) as unknown)).toEqual(
    [2, 6].map((line) => ({ file: 't.txt', line, code: 'data', message: 'a byte that is no UTF-8' })),
  );
  expect(manifest('o').recordsBad).toBe(2);
  const stopped = shell(`${batch} --out stop --on-bad stop --workers 1`);
  expect({ code: stopped.code, stderr: stopped.stderr }).toMatchObject({
    code: 65,
    stderr: expect.stringContaining('t.txt:2:1: a byte that is no UTF-8') as string,
  });
  for (const limit of ['1', '10%']) {
    const many = shell(`${batch} --out m${limit} --max-bad ${limit}`);
    expect({ code: many.code, stderr: many.stderr }).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('expected at most 1') as string,
    });
    expect(listing(folder(), `m${limit}`)).not.toContain('manifest.json');
    ran(`rnn-pipe batch --out m${limit} --resume --max-bad 50%`);
    expect(results(`m${limit}`)).toEqual(results('o'));
  }
});

test('a second run in the same folder is told that it is busy', async () => {
  corpus();
  writeFileSync(folder().file('corpus/more.txt'), text('examples/news.txt').repeat(3000));
  const child = start(folder(), ['batch', 'corpus', ...STEPS.split(' '), '--out', 'o', '--shard-size', '50KB']);
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  while (!listing(folder()).includes('o') || !listing(folder(), 'o').includes('ledger.jsonl')) await wait(20);
  // it is at work, and not done before the second has begun
  child.kill('SIGSTOP');
  const second = shell('rnn-pipe batch --out o --resume');
  child.kill('SIGCONT');
  expect(second.code).toBe(75);
  expect(second.stderr).toContain('error[busy]: o: another run is at work in this folder');
  expect(await ended).toBe(0);
});

test('a run that has taken the folder and not yet written its ledger is at work, too', async () => {
  mkdirSync(folder().file('o'));
  const lock = await takeLock(folder().file('o'));
  writeFileSync(folder().file('o/ledger.jsonl'), '');
  expect(shell('rnn-pipe batch --out o --resume')).toMatchObject({ code: 75 });
  lock.release();
  expect(shell('rnn-pipe batch --out o --resume')).toMatchObject({ code: 66 });
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s: exit %i, a hint how to go on, and the same results after it', async (signal, exit) => {
  writeFileSync(folder().file('t.txt'), text('examples/news.txt').repeat(4000));
  ran(`rnn-pipe batch t.txt ${STEPS} --out whole --shard-size 100KB`);
  const child = start(folder(), ['batch', 't.txt', ...STEPS.split(' '), '--out', 'o o', '--shard-size', '100KB', '--workers', '2']);
  let stderr = '';
  child.stderr!.on('data', (part: Buffer) => (stderr += part.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  while (!listing(folder()).includes('o o') || readdirSync(folder().file('o o')).filter((name) => name.startsWith('part')).length < 3)
    await wait(20);
  child.kill(signal);
  expect(await ended).toBe(exit);
  expect(stderr).toMatch(/^note: \d+ of \d+ shards are done; to go on: rnn-pipe batch --out 'o o' --resume$/m);
  expect(listing(folder(), 'o o').filter((name) => name.startsWith('.'))).toEqual([]);
  expect(listing(folder(), 'o o')).not.toContain('manifest.json');
  ran("rnn-pipe batch --out 'o o' --resume --workers 1");
  expect(manifest('o o').sha256).toBe(manifest('whole').sha256);
});

test('--log json: every line of stderr is an object; the last ones are the details and the summary', () => {
  corpus();
  const { stderr } = ran(`rnn-pipe batch corpus ${STEPS} --out o --log json --shard-size 2KB`);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { level: string });
  expect(lines.at(-2)).toMatchObject({ level: 'details', sha256: manifest('o').sha256, shards: manifest('o').run.shards });
  expect(lines.at(-1)).toMatchObject({ level: 'summary', bad: 0, lost: 0 });
});

test('the table at the end', () => {
  const { stderr } = ran(`rnn-pipe batch examples/news.txt ${STEPS} --out o --workers 1`);
  expect(stderr.split('\n').map((line) => line.split(/ {2,}/)[0])).toEqual([
    'what',
    'input',
    'shards',
    'records',
    'tokens',
    'output',
    'time',
    'workers',
    'memory',
    'sha256',
    expect.stringMatching(/^4 in, 10 out, 0 bad, 0 lost; /),
    '',
  ]);
  expect(spawnSync('sha256sum', [folder().file('o/part-00000.jsonl')], { encoding: 'utf8' }).stdout.slice(0, 64)).toBe(
    (JSON.parse(text('o/ledger.jsonl').split('\n')[1]!) as { output: { sha256: string } }).output.sha256,
  );
});

test('a reason names the file that its record is from, also where the next one of the shard is read already', () => {
  const lines = (count: number, bad: number): string =>
    Array.from({ length: count }, (_, i) => `{"id":${i},"mask":[1${i === bad ? '' : ',1'}],"embeddings":[[0.1],[0.2]]}\n`).join('');
  writeFileSync(folder().file('first.jsonl'), lines(99, 98));
  writeFileSync(folder().file('second.jsonl'), lines(2000, -1));
  const { code } = folder().shell('rnn-pipe batch first.jsonl second.jsonl --from rnn --to rnn --units 2 --out o');
  expect(code).toBe(0);
  expect(JSON.parse(text('o/part-00000.reasons'))).toMatchObject({ file: 'first.jsonl', line: 99 });
});
