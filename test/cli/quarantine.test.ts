/** `--on-bad quarantine`: bad lines aside byte for byte, the rest goes on, and everything adds up. */
import { readFileSync, writeFileSync } from 'node:fs';
import { listing, refused, useFolder } from './support.js';

const folder = useFolder();
const VOCAB = '--vocab examples/vocabulary.json';
const read = (name: string): Buffer => readFileSync(folder().file(name));
const lastLine = (stderr: string): string => stderr.trim().split('\n').at(-1)!;

/** Two good lines and three bad ones: cut JSON, a byte that is no UTF-8 with CRLF, ids that are no numbers. */
const GOOD = ['{"id":"a","ids":[5,6],"mine":{"__proto__":1}}', '{"id":"b","ids":[]}'];
const BAD = [
  Buffer.from('{"id":"c","ids":[5'),
  Buffer.concat([Buffer.from('{"id":"'), Buffer.of(0xff), Buffer.from('"}\r')]),
  Buffer.from('{"id":"d","ids":["5"]}'),
];
const LF = Buffer.of(10);
const lines = (...parts: (string | Buffer)[]): Buffer => Buffer.concat(parts.flatMap((part) => [Buffer.from(part as string), LF]));

function mixed(): void {
  writeFileSync(folder().file('mixed.jsonl'), lines(BAD[0]!, GOOD[0]!, BAD[1]!, GOOD[1]!, BAD[2]!));
}

test('bad lines go aside byte for byte, the others go on, and the counts add up', () => {
  mixed();
  for (const workers of [1, 3]) {
    const { code, stderr } = folder().shell(
      `rnn-pipe pad mixed.jsonl --length 2 -o o${workers}.jsonl --on-bad quarantine --bad-out bad${workers} --workers ${workers}`,
    );
    expect(code).toBe(0);
    expect(lastLine(stderr)).toMatch(/^5 in, 2 out, 3 bad, 0 lost; /);
    expect(read(`bad${workers}`)).toEqual(lines(...BAD));
    expect(read(`o${workers}.jsonl`).toString()).toBe(
      '{"id":"a","ids":[5,6],"mine":{"__proto__":1},"length":2,"mask":[1,1],"kept":[0,2]}\n{"id":"b","ids":[0,0],"length":0,"mask":[0,0],"kept":[0,0]}\n',
    );
  }
});

test('--max-bad N and P%: at the limit it goes on, beyond it nothing is published', () => {
  mixed();
  const run = (limit: string): string =>
    `rnn-pipe pad mixed.jsonl --length 2 -o o.jsonl --force --on-bad quarantine --bad-out bad --max-bad ${limit}`;
  refused(folder(), run('2'), { code: 'data', place: 'mixed.jsonl:5', says: ['3 bad records', 'at most 2', '--max-bad'] });
  refused(folder(), run('59%'), { code: 'data', says: ['3 of 5 records are bad', 'at most 59 %', '--max-bad'] });
  for (const limit of ['3', '60%']) expect(folder().shell(`rm -f bad; ${run(limit)}`).code).toBe(0);
});

test('a run that reads its input twice puts each bad line aside once', () => {
  writeFileSync(folder().file('mixed.txt'), Buffer.concat([Buffer.from('好的。今天。\n'), Buffer.of(0xff, 0x0a), Buffer.from('天气。\n')]));
  const { code, stderr } = folder().shell(
    'rnn-pipe run mixed.txt --to classify --labels a,b --length auto -o o.jsonl --on-bad quarantine --bad-out bad',
  );
  expect({ code, last: lastLine(stderr).replace(/;.*/, '') }).toEqual({
    code: 0,
    last: '3 in, 3 out, 1 bad, 0 lost',
  });
  expect(read('bad')).toEqual(Buffer.of(0xff, 0x0a));
});

test('two bad sentences of one line: the line once, its good sentence goes on, nothing is lost', () => {
  writeFileSync(folder().file('t.txt'), '什么。鑫鑫。犇犇。\n什么。\n');
  for (const to of ['encode', 'classify --labels a,b --length 3']) {
    const { code, stderr, stdout } = folder().shell(
      `rm -f bad; rnn-pipe run t.txt --to ${to} ${VOCAB} --oov error --on-bad quarantine --bad-out bad`,
    );
    expect({ code, last: lastLine(stderr).replace(/;.*/, '') }).toEqual({ code: 0, last: '2 in, 2 out, 2 bad, 0 lost' });
    expect(stdout.split('\n').map((line) => /"id":"([^"]*)"/.exec(line)?.[1])).toEqual(['1#1', '2#1', undefined]);
    expect(read('bad').toString()).toBe('什么。鑫鑫。犇犇。\n');
  }
});

test('elements of a JSON array are put aside too', () => {
  writeFileSync(folder().file('a.json'), '[{"id":1,"ids":[1]},{"id":2,"ids":"x"},{"id":3,"ids":"y"}]');
  expect(folder().shell('rnn-pipe pad a.json --length 1 --on-bad quarantine --bad-out bad').code).toBe(0);
  expect(read('bad').toString()).toBe('{"id":2,"ids":"x"}\n{"id":3,"ids":"y"}\n');
});

test('where bad lines may not go', () => {
  mixed();
  const pad = 'rnn-pipe pad mixed.jsonl --length 2 --on-bad quarantine';
  refused(folder(), pad, { code: 'usage', says: ['--bad-out'] });
  refused(folder(), `${pad} --bad-out ./o.jsonl -o o.jsonl`, { code: 'usage', says: ['--bad-out is the output too'] });
  refused(folder(), `${pad} --bad-out -`, { code: 'usage', says: ['--bad-out is the output too'] });
  refused(folder(), `${pad} --bad-out mixed.jsonl -o o.jsonl`, { code: 'cannot-create', place: 'mixed.jsonl', says: ['exists'] });
  expect(listing(folder())).not.toContain('o.jsonl');
});
