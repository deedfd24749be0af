/** Inputs that are wrong: each is refused with file, line and a hint, and leaves neither an output nor a temporary file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Tensor } from '../../src/formats/tensor.js';
import { arrowWriter } from '../../src/io/arrow/write.js';
import { sink } from '../io/support.js';
import { listing, refused, useFolder } from './support.js';

const folder = useFolder();
const put = (name: string, content: string | Uint8Array): void => writeFileSync(folder().file(name), content);
const example = (name: string): Buffer => readFileSync(folder().file(`examples/${name}`));
const VOCAB = '--vocab examples/vocabulary.json';

// “今天股市大涨。主队险胜。” and, in traditional characters, “今天股市大漲。主隊險勝。”, as iconv -t GB18030 and iconv -t BIG5 give them
const GB18030 = Buffer.from('bdf1ccecb9c9cad0b4f3d5c7a1a3d6f7b6d3cfd5caa4a1a30a', 'hex');
const BIG5 = Buffer.from('a4b5a4d1aad1a5aba46abaa6a143a544b6a4c049b3d3a1430a', 'hex');

test('GB18030 read as UTF-8: the hint names the encoding, and with it the text is read', () => {
  put('gb.txt', Buffer.concat(Array.from({ length: 20 }, () => GB18030)));
  refused(folder(), 'rnn-pipe sentences gb.txt -o o.jsonl', { code: 'data', place: 'gb.txt:1:1', says: ['0xbd', '--encoding gb18030'] });
  const { code, stdout } = folder().shell('rnn-pipe sentences gb.txt --encoding gb18030');
  expect(code).toBe(0);
  expect(stdout.split('\n')[1]).toBe('{"id":"1#2","text":"主队险胜。","span":[7,12]}');
});

test('Big5, and UTF-16 of both byte orders by their mark', () => {
  put('big5.txt', BIG5);
  refused(folder(), 'rnn-pipe sentences big5.txt', { code: 'data', place: 'big5.txt:1:1', says: ['--encoding big5'] });
  expect(folder().shell('rnn-pipe sentences big5.txt --encoding big5').stdout).toContain('"text":"今天股市大漲。"');
  const little = Buffer.from('\uFEFF今天。\n好！\n', 'utf16le');
  put('le.txt', little);
  put('be.txt', Buffer.from(little).swap16());
  for (const name of ['le.txt', 'be.txt'])
    expect(folder().shell(`rnn-pipe sentences ${name}`).stdout).toBe(
      '{"id":"1#1","text":"今天。","span":[0,3]}\n{"id":"2#1","text":"好！","span":[4,6]}\n',
    );
});

test('one bad byte: its line and column', () => {
  put('bad.txt', Buffer.concat([Buffer.from('好的。\n今天'), Buffer.of(0xff), Buffer.from('天气。\n')]));
  refused(folder(), 'rnn-pipe sentences bad.txt -o o.jsonl', { code: 'data', place: 'bad.txt:2:3', says: ['0xff'] });
});

test.each(['{"id":1,"tokens":["今天"', '{"id":1,"tokens":["今', '{"id":1,"tok', '{"id":1', '{"id":1,'])('a JSON line cut at %s', (line) => {
  put('cut.jsonl', `{"id":0,"tokens":[]}\n${line}`);
  refused(folder(), `rnn-pipe encode cut.jsonl ${VOCAB} -o o.jsonl`, {
    code: 'data',
    place: `cut.jsonl:2:${line.length + 1}`,
    says: ['the end of the line', 'the line is cut'],
  });
});

test('a JSON array that is cut', () => {
  put('cut.json', '[\n{"id":0,"tokens":[]},\n{"id":1');
  refused(folder(), `rnn-pipe encode cut.json ${VOCAB} -o o.jsonl`, { code: 'data', place: 'cut.json:3', says: ['cut'] });
});

test('gzip that is cut, at any place', () => {
  const packed = gzipSync(example('news.txt'));
  for (const length of [12, 100, packed.length - 4]) {
    put('cut.txt.gz', packed.subarray(0, length));
    refused(folder(), 'rnn-pipe sentences cut.txt.gz -o o.jsonl', { code: 'data', place: 'cut.txt.gz', says: ['gzip', 'gzip -t'] });
  }
});

test('a record of the wrong step: the hint names the step that is missing', () => {
  refused(folder(), 'rnn-pipe pad examples/tokens.jsonl -o o.jsonl', {
    code: 'data',
    place: 'examples/tokens.jsonl:1',
    says: ['no "ids"', 'rnn-pipe encode'],
  });
  refused(folder(), 'rnn-pipe output examples/ids.jsonl -o o.jsonl', { code: 'data', says: ['no "hiddenStates"', 'rnn-pipe rnn'] });
  refused(folder(), `rnn-pipe encode examples/news.txt ${VOCAB} -o o.jsonl`, {
    code: 'data',
    place: 'examples/news.txt',
    says: ['sentences'],
  });
});

test.each([99999, 113, -1])('id %i is outside the vocabulary', (id) => {
  put('ids.jsonl', `{"id":"a","ids":[5]}\n{"id":"b","ids":[5,${id}]}\n`);
  for (const step of ['embed', 'decode'])
    refused(folder(), `rnn-pipe ${step} ids.jsonl ${VOCAB} -o o.jsonl`, {
      code: 'data',
      place: 'ids.jsonl:2',
      says: [`id ${id}`, 'expected 0 to 112', '--vocab'],
    });
});

test('NaN, infinity and numbers beyond 32 bits in embeddings', () => {
  for (const [number, says, column] of [
    ['NaN', 'JSON has no NaN', ':26'],
    ['1e999', 'no finite 32-bit float', ''],
    ['-1e39', 'no finite 32-bit float', ''],
    ['null', 'null in place of a number', ''],
  ] as const) {
    put('e.jsonl', `{"id":1,"embeddings":[[1,${number}]]}\n`);
    refused(folder(), 'rnn-pipe rnn e.jsonl -o o.jsonl', { code: 'data', place: `e.jsonl:1${column}`, says: [says] });
  }
});

test.each([
  ['sentences first.txt nothing.txt', 'nothing.txt', 'no such file'],
  ['run first.txt --to pad --length auto nothing.txt', 'nothing.txt', 'no such file'],
  ['vocab first.txt examples', 'examples', 'folder'],
  ['run first.txt --vectors nothing.vec', 'nothing.vec', 'no such file'],
  ['run first.txt --weights nothing.safetensors --layout pytorch', 'nothing.safetensors', 'no such file'],
  ['tokenize first.txt --user-dict nothing.txt', 'nothing.txt', 'no such file'],
])('a file that is not there is told before another one is read: %s', (command, place, words) => {
  // who reads the first one says that this is no UTF-8
  put('first.txt', Uint8Array.of(0xff, 0x0a));
  refused(folder(), `rnn-pipe ${command}`, { code: 'no-input', place, says: [words] });
});

test('of several inputs the one is told that the record is from, also where those after it are read already', () => {
  const lines = (count: number, bad: number): string =>
    Array.from({ length: count }, (_, i) => `{"id":${i},"mask":[1${i === bad ? '' : ',1'}],"embeddings":[[0.1],[0.2]]}\n`).join('');
  put('first.jsonl', lines(99, 98));
  put('second.jsonl', lines(2000, -1));
  folder().shell('rnn-pipe convert first.jsonl -o first.arrow');
  folder().shell('rnn-pipe convert second.jsonl -o second.arrow');
  for (const inputs of ['first.jsonl second.jsonl', 'first.arrow second.arrow', 'first.arrow second.jsonl'])
    for (const output of ['-o states.arrow', '-o states.jsonl', '-o states.arrow --on-bad quarantine --bad-out bad --max-bad 0']) {
      const place = `${inputs.split(' ')[0]}:99`;
      refused(folder(), `rnn-pipe rnn ${inputs} --units 2 ${output}`, { code: 'data', place, says: [] });
    }
}, 120_000);

test('NaN and infinity in word vectors of an Arrow file', async () => {
  const { output, bytes } = sink();
  const writer = arrowWriter(output, 'file');
  const vectors = (...numbers: number[]): Tensor => new Tensor([2, 1], Float32Array.from(numbers));
  await writer.write([
    { id: 1, mask: [1, 1], embeddings: vectors(0.5, 1) },
    { id: 2, mask: [1, 0], embeddings: vectors(0.5, NaN) },
    { id: 3, mask: [1, 1], embeddings: vectors(0.5, -Infinity) },
  ]);
  await writer.publish();
  put('e.arrow', bytes());
  // what stands at a masked time step nobody reads
  refused(folder(), 'rnn-pipe rnn e.arrow -o o.jsonl', {
    code: 'data',
    place: 'e.arrow:3',
    says: ['embeddings hold', '-Infinity at time step 2'],
  });
  // kept it would be read by others
  refused(folder(), 'rnn-pipe rnn e.arrow --keep-embeddings -o o.jsonl', { code: 'data', place: 'e.arrow:2', says: ['NaN at index 1'] });
});

test("another vocabulary's ids, and a vocabulary changed by hand", () => {
  expect(folder().shell('rnn-pipe vocab examples/tokens.jsonl --max-size 20 -o other.json').code).toBe(0);
  refused(folder(), 'rnn-pipe embed examples/padded.jsonl --vocab other.json -o o.jsonl', {
    code: 'mismatch',
    place: 'examples/padded.jsonl:1',
    says: ['another vocabulary', 'rnn-pipe encode'],
  });
  put('changed.json', example('vocabulary.json').toString().replace('["，",10]', '["，",11]'));
  refused(folder(), 'rnn-pipe encode examples/tokens.jsonl --vocab changed.json -o o.jsonl', {
    code: 'mismatch',
    place: 'changed.json',
    says: ['changed after it was written', 'rnn-pipe vocab'],
  });
});

test('a dictionary that is a folder, that is missing, that has a bad line', () => {
  const tokenize = 'rnn-pipe tokenize examples/news.txt -o o.jsonl --user-dict';
  refused(folder(), `${tokenize} examples`, { code: 'no-input', place: 'examples', says: ['folder', 'examples/*'] });
  refused(folder(), `${tokenize} examples/word.txt`, { code: 'no-input', place: 'examples/word.txt', says: ['there is words.txt'] });
  put('d.txt', '好的 5\n坏的 0 n\n');
  refused(folder(), `${tokenize} d.txt`, { code: 'data', place: 'd.txt:2', says: ['坏的', 'found 0'] });
});

test('word vectors that are cut', () => {
  const embed = `rnn-pipe embed examples/padded.jsonl ${VOCAB} -o o.jsonl --vectors v.txt`;
  put('v.txt', '3 2\n， 1 2\n。 3 4\n了 5');
  refused(folder(), embed, { code: 'mismatch', place: 'v.txt:4', says: ['expected 2 numbers, found 1'] });
  put('v.txt', '3 2\n， 1 2\n。 3 4\n');
  refused(folder(), embed, { code: 'mismatch', place: 'v.txt', says: ['expected 3 vectors', 'found 2'] });
});

/** A PyTorch LSTM of 4 → 3, all zeros, as safetensors. */
function lstm(): Buffer {
  const tensors = { weight_ih_l0: [12, 4], weight_hh_l0: [12, 3], bias_ih_l0: [12], bias_hh_l0: [12] };
  let end = 0;
  const entries = Object.entries(tensors).map(([name, shape]) => {
    const start = end;
    end += 4 * shape.reduce((product, size) => product * size);
    return [name, { dtype: 'F32', shape, data_offsets: [start, end] }] as const;
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(end)]);
}

test('weights: a flipped header, a cut file, another cell, another layout', () => {
  const rnn = 'rnn-pipe rnn examples/embeddings.jsonl -o o.jsonl --weights w.safetensors';
  const refuse = (bytes: Uint8Array, options: string, says: string): void => {
    put('w.safetensors', bytes);
    refused(folder(), `${rnn} ${options}`, { code: 'mismatch', place: 'w.safetensors', says: [says] });
  };
  const good = lstm();
  for (const at of [7, 8, 20]) {
    const flipped = Buffer.from(good);
    flipped[at]! ^= 0xff;
    refuse(flipped, '--layout pytorch', 'safetensors');
  }
  refuse(good.subarray(0, -10), '--layout pytorch', 'cut');
  refuse(good, '--layout pytorch --cell gru', '--cell');
  refuse(good, '--layout keras', 'kernel');
  put('w.safetensors', good);
  expect(folder().shell(`${rnn} --layout pytorch`).code).toBe(0);
});

test('a folder as input; an input that is missing, with what is like it', () => {
  refused(folder(), 'rnn-pipe sentences examples -o o.jsonl', { code: 'no-input', place: 'examples', says: ['this is a folder'] });
  refused(folder(), 'rnn-pipe sentences examples/new.txt -o o.jsonl', {
    code: 'no-input',
    place: 'examples/new.txt',
    says: ['there is news.txt'],
  });
  refused(folder(), 'rnn-pipe pad examples/ids.json -o o.jsonl', {
    code: 'no-input',
    place: 'examples/ids.json',
    says: ['there is ids.jsonl'],
  });
  refused(folder(), 'rnn-pipe run nowhere/a.txt -o o.jsonl', { code: 'no-input', place: 'nowhere/a.txt', says: ['no folder nowhere'] });
});

test.each(['', '\n\n  \n\r\n', '\uFEFF', '\uFEFF\n'])('an input of no text, %j: no records and no error', (text) => {
  put('empty.txt', text);
  for (const line of ['sentences empty.txt', 'run empty.txt --to classify --labels a,b', 'tokenize empty.txt']) {
    const { code, stdout, stderr } = folder().shell(`rnn-pipe ${line}`);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^0 in, 0 out, 0 bad, 0 lost; /);
  }
  put('empty.jsonl', text);
  for (const step of [`encode ${VOCAB}`, 'pad', `embed ${VOCAB}`, 'rnn', 'output', 'classify --labels a,b']) {
    expect(folder().shell(`rnn-pipe ${step} empty.jsonl`)).toMatchObject({ code: 0, stdout: '' });
  }
  expect(listing(folder())).toContain('empty.jsonl');
});
