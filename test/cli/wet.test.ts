/** WET files as users meet them: through `sentences`, `predict` and `batch`, packed a record a member, with any number of workers. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { wet, wetRecord, PAGES, type WetRecord } from '../support/wet.js';
import { listing, refused, useFolder } from './support.js';

const folder = useFolder();
const put = (name: string, bytes: Uint8Array): void => writeFileSync(folder().file(name), bytes);
const inMembers = (records: readonly WetRecord[]): Buffer => Buffer.concat(records.map((record) => gzipSync(wetRecord(record))));

const many: readonly WetRecord[] = Array.from({ length: 300 }, (_, i) => ({ ...PAGES[i % PAGES.length]!, uri: `http://example.cn/${i}` }));

test('sentences: headers are no text, the page is told in every record, what was found and counted is said', () => {
  put('a.warc.wet.gz', inMembers(PAGES));
  put('plain', wet());
  const { stdout, stderr, code } = folder().shell('rnn-pipe sentences a.warc.wet.gz');
  expect(code).toBe(0);
  expect(stdout.split('\n', 2)).toEqual([
    '{"id":"20#1","text":"今天天气很好。","span":[0,7],"source":"http://example.cn/a"}',
    '{"id":"21#1","text":"我们去公园😀散步吧！","span":[8,18],"source":"http://example.cn/a"}',
  ]);
  expect(stderr).toContain('note: a.warc.wet.gz: found WET: the text of its conversion records, one text a line; headers are no text\n');
  expect(stderr).toMatch(/^8 in, 8 out, 0 bad, 0 lost; 3 pages, 2 WARC records that are no text, /m);
  // known by its first bytes, from a pipe, by one thread and by several
  for (const workers of [1, 3]) expect(folder().shell(`cat plain | rnn-pipe sentences --workers ${workers} -q`).stdout).toBe(stdout);
  expect(folder().shell('rnn-pipe sentences --input-format wet plain -q').stdout).toBe(stdout);
  expect(folder().shell('rnn-pipe sentences --log json plain').stderr).toMatch(/"lost":0,.*"documents":3,/);
});

test('batch: 1, 2 and 16 workers give the bytes of `run`, and all members of a gzip file are read', () => {
  mkdirSync(folder().file('crawl'));
  put('crawl/a.warc.wet.gz', inMembers(many));
  put('crawl/b.wet', wet(many.slice(0, 40)));
  put('crawl/c.txt', readFileSync(folder().file('examples/news.txt')));
  const steps = '--to tokenize --segmenter characters';
  const one = folder().shell(`rnn-pipe run crawl/a.warc.wet.gz crawl/b.wet crawl/c.txt ${steps} -q`).stdout;
  expect(one.match(/"id":"crawl\/a\.warc\.wet\.gz:/g)).toHaveLength(480); // 60 times the eight lines of PAGES
  for (const workers of [1, 2, 16]) {
    const { code, stderr } = folder().shell(`rnn-pipe batch crawl --out o${workers} --shard-size 1KB --workers ${workers} ${steps}`);
    expect(code).toBe(0);
    const parts = listing(folder(), `o${workers}`).filter((name) => name.endsWith('.jsonl') && name.startsWith('part-'));
    expect(parts.map((name) => readFileSync(folder().file(`o${workers}/${name}`), 'utf8')).join('')).toBe(one);
    expect(stderr).toContain('204 pages, 136 WARC records that are no text');
  }
});

test('a bad line of a page is put aside, its neighbours are not', () => {
  const bytes = wet();
  bytes[bytes.indexOf('天气')] = 0xff;
  put('a.wet', bytes);
  const { code } = folder().shell('rnn-pipe batch a.wet --out o --to sentences');
  expect(code).toBe(0);
  expect(JSON.parse(readFileSync(folder().file('o/part-00000.reasons'), 'utf8'))).toMatchObject({ file: 'a.wet', line: 20, code: 'data' });
  expect(readFileSync(folder().file('o/part-00000.jsonl'), 'utf8').split('\n')).toHaveLength(8);
  refused(folder(), 'rnn-pipe sentences a.wet', { code: 'data', place: 'a.wet:20:3', says: ['a byte that is no UTF-8'] });
});

test('what cannot be read ends the run, with file and line', () => {
  put('cut.wet', wet().subarray(0, -8));
  put('cut.warc.wet.gz', gzipSync(wet().subarray(0, -8)));
  put('header.wet', Buffer.from(wet().toString('utf8').replace('WARC-Type: metadata', 'WARC-Type metadata')));
  refused(folder(), 'rnn-pipe sentences cut.wet', { code: 'data', place: 'cut.wet:46', says: ['the record is cut short', 'fetch'] });
  refused(folder(), 'rnn-pipe sentences cut.warc.wet.gz', { code: 'data', place: 'cut.warc.wet.gz:46', says: ['cut short'] });
  refused(folder(), 'rnn-pipe sentences header.wet', { code: 'data', place: 'header.wet:37', says: ['no header', 'WARC-Type metadata'] });
  expect(folder().shell('rnn-pipe batch header.wet --out o -q').stderr).toContain('error[data]: header.wet:37: ');
  refused(folder(), 'rnn-pipe encode cut.wet --vocab examples/vocabulary.json', { code: 'data', place: 'cut.wet', says: ['no records'] });
  put('ascii.wet', wetRecord({ body: 'good' }));
  for (const flag of ['--encoding gb18030', '--wrapped', '--text-key x'])
    refused(folder(), `rnn-pipe sentences ascii.wet ${flag}`, {
      code: 'usage',
      place: 'ascii.wet',
      says: [`${flag.split(' ')[0]} does not apply to wet`],
    });
});
