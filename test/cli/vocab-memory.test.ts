/** `vocab --max-memory`: the same bytes with counts in files, whatever the input lies in and however many threads count. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { listing, useFolder } from './support.js';

const folder = useFolder();
const text = (name: string): string => readFileSync(folder().file(name), 'utf8');

function ran(line: string): string {
  const { code, stderr } = folder().shell(`TMPDIR=tmp ${line}`);
  expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' });
  expect(listing(folder(), 'tmp')).toEqual([]);
  return stderr;
}

/** Tokens of which most stand there once; lines as we write them, and one that we would write otherwise. */
function tokens(): void {
  mkdirSync(folder().file('tmp'));
  const lines = Array.from({ length: 9000 }, (_, i) => {
    const words = [`${i}号`, '今天', `第${i % 97}`, i % 3 ? '好' : '😀'];
    return i % 50 ? JSON.stringify({ id: i + 1, tokens: words }) : `{ "id": ${i + 1}, "tokens": ${JSON.stringify(words)} }`;
  });
  writeFileSync(folder().file('t.jsonl'), `${lines.join('\n')}\n`);
  writeFileSync(folder().file('t.json'), `[\n${lines.join(',\n')}\n]\n`);
}

test.each(['', '--ngrams 2 ', '--ngrams 2 --affixes '])('the bytes of a run without limit %s', (ngrams) => {
  tokens();
  const options = `${ngrams}--min-count 2 -q`;
  ran(`rnn-pipe vocab t.jsonl ${options} -o all.json`);
  const wanted = text('all.json');
  for (const [i, line] of ['t.jsonl --workers 1', 't.jsonl --workers 3', 't.json --workers 2', 't.jsonl --max-size 50'].entries()) {
    const size = line.includes('--max-size');
    if (size) ran(`rnn-pipe vocab ${line} ${options} -o wanted.json`);
    ran(`rnn-pipe vocab ${line} ${options} --max-memory 60KB -o v${i}.json`);
    expect([line, text(`v${i}.json`)]).toEqual([line, size ? text('wanted.json') : wanted]);
  }
  ran(`rnn-pipe vocab t.jsonl --partial ${ngrams}-q --max-memory 5MB -o a.counts.json`);
  ran(`rnn-pipe vocab --merge a.counts.json a.counts.json --min-count 3 -q -o twice.json`);
  ran(`rnn-pipe vocab --merge a.counts.json a.counts.json --min-count 3 -q --max-memory 60KB -o small.json`);
  expect(text('small.json')).toBe(text('twice.json'));
});

test('where even the vocabulary is too much it is said, and nothing is made: neither it nor what was put aside', () => {
  tokens();
  writeFileSync(folder().file('t.jsonl'), `${text('t.jsonl')}{"tokens":3}\n`);
  for (const [workers, partial] of [
    [1, ''],
    [3, '--partial'],
  ] as const) {
    const quarantine = '--on-bad quarantine --bad-out bad.txt';
    const { code, stderr } = folder().shell(
      `TMPDIR=tmp rnn-pipe vocab t.jsonl ${partial} --max-memory 60KB --workers ${workers} ${quarantine} -o v.json`,
    );
    expect({ code, stderr }).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--max-memory is too small for the vocabulary itself (found more than ') as string,
    });
    expect(listing(folder())).not.toEqual(expect.arrayContaining(['v.json']));
    expect(listing(folder())).not.toEqual(expect.arrayContaining(['bad.txt']));
  }
  expect(listing(folder(), 'tmp')).toEqual([]);
});

test('no room for the files is said, with their place', () => {
  tokens();
  for (const workers of [1, 2]) {
    const { code, stderr } = folder().shell(
      `TMPDIR=t.jsonl rnn-pipe vocab t.jsonl --min-count 2 --max-memory 60KB --workers ${workers} -o v.json`,
    );
    expect({ code, stderr }).toMatchObject({
      code: 74,
      stderr: expect.stringMatching(/error\[io\]: t\.jsonl\/rnn-pipe-counts-.*writing failed/) as string,
    });
  }
});
