/** export and import by the built command: round trips, a vocabulary of the user's own, and everything that is refused. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readWeights, writeWeights } from '../../src/model/weights.js';
import type { Folder } from '../support/cli.js';
import { refused, useFolder } from './support.js';

const folder = useFolder();

function trained(where: Folder, more = ''): void {
  const line = `train examples/headlines.tsv --out model --segmenter characters --dim 6 --units 4 --epochs 1 --hold-out 0% --min-count 1 ${more}`;
  expect(where.run(line.split(' ').filter(Boolean))).toMatchObject({ code: 0 });
}

const bytes = (name: string): Buffer => readFileSync(folder().file(name));
const json = (name: string): Record<string, unknown> => JSON.parse(bytes(name).toString()) as Record<string, unknown>;

test('to PyTorch and back, the weights are the same bytes, and so is all else', () => {
  trained(folder(), '--ngrams 2 --affixes --affix-dim 3 --bidirectional --take attention');
  const { code, stderr } = folder().shell(
    'rnn-pipe export model w.safetensors --to pytorch && rnn-pipe import w.safetensors --layout pytorch --like model --out again',
  );
  expect(folder().shell('rnn-pipe inspect w.safetensors').stdout).toMatch(/affix_embedding\.weight +\d+ × 3/);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(bytes('again/weights.safetensors').equals(bytes('model/weights.safetensors'))).toBe(true);
  expect(bytes('again/vocabulary.json').equals(bytes('model/vocabulary.json'))).toBe(true);
  const { training, ...rest } = json('again/model.json');
  expect(training).toEqual({ imported: 'like another model' });
  expect(rest).toEqual(Object.fromEntries(Object.entries(json('model/model.json')).filter(([name]) => name !== 'training')));
});

test('a program’s own classifier becomes a model: rows of the table follow its vocabulary', () => {
  const fixture = readWeights(readFileSync(resolve(import.meta.dirname, '../../fixtures/exchange/classifier.safetensors')));
  const state = new Map([...fixture].filter(([name]) => name.startsWith('state/')).map(([name, one]) => [name.slice(6), one]));
  writeFileSync(folder().file('net.safetensors'), writeWeights(state));
  // 20 rows: its special tokens stand first and last
  const tokens = ['[PAD]', ...Array.from('一二三四五六七八九十百千万东西南北上'), '[UNK]'];
  writeFileSync(folder().file('tokens.txt'), `${tokens.join('\n')}\n`);
  const { code, stderr } = folder().shell(
    'rnn-pipe import net.safetensors --layout pytorch --vocab tokens.txt --labels a,b,c --segmenter characters --out model',
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).toContain('note: embedding.weight: emb.weight');
  expect(stderr).toContain('note: linear.bias: fc.bias');
  expect(json('model/model.json')).toMatchObject({
    embedding: { dim: 4, rows: 22 },
    network: { cell: 'lstm', units: 3, layers: 2, directions: ['forward', 'backward'] },
    head: { task: 'classify', take: 'last', labels: ['a', 'b', 'c'] },
  });
  const table = readWeights(bytes('model/weights.safetensors')).get('embedding')!;
  const theirs = state.get('emb.weight')!;
  expect(table.row(1)).toEqual(theirs.row(19));
  expect([...table.row(2), ...table.row(3)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect(table.row(4)).toEqual(theirs.row(1));
  expect(table.row(21)).toEqual(theirs.row(18));
});

test('what cannot be exported or imported is refused, and nothing is left behind', () => {
  trained(folder(), '--cell gru --reset before');
  expect(folder().shell('rnn-pipe export model k.safetensors --to keras && rnn-pipe export model model.onnx')).toMatchObject({ code: 0 });
  const export_ = (rest: string): string => `rnn-pipe export ${rest}`;
  refused(folder(), export_('model w.safetensors --to pytorch'), { code: 'usage', says: ['PyTorch has no layer for a GRU', 'keras'] });
  refused(folder(), export_('model w.safetensors'), { code: 'usage', says: ['what is to be written?', '--to pytorch'] });
  refused(folder(), export_('model q.onnx --quantize int8'), { code: 'usage', says: ['--quantize int8 does not apply', 'an LSTM'] });
  refused(folder(), export_('model w.safetensors --to keras --quantize int8'), { code: 'usage', says: ['--quantize does not apply'] });
  refused(folder(), export_('model model.onnx'), { code: 'cannot-create', place: 'model.onnx', says: ['--force'] });
  refused(folder(), export_('nothing n.onnx'), { code: 'no-input', place: 'nothing', says: ['no such model'] });
  expect(folder().shell('rnn-pipe export model model.onnx --force')).toMatchObject({ code: 0 });

  const import_ = (rest: string): string => `rnn-pipe import k.safetensors ${rest}`;
  refused(folder(), import_('--layout keras --like model --out model'), {
    code: 'cannot-create',
    place: 'model',
    says: ['the model exists'],
  });
  refused(folder(), import_('--like model --out m'), { code: 'usage', says: ['--layout pytorch or --layout keras'] });
  refused(folder(), import_('--layout keras --like model'), { code: 'usage', says: ['--out model'] });
  refused(folder(), import_('--layout keras --like model --out m --labels a,b'), { code: 'usage', says: ['--labels does not apply'] });
  refused(folder(), import_('--layout keras --out m --labels a,b'), { code: 'usage', says: ['--vocab tokens.txt'] });
  refused(folder(), import_('--layout keras --like model --out m --map dense/kernel=nothing'), {
    code: 'mismatch',
    place: 'k.safetensors',
    says: ['there is no tensor "nothing"', 'rnn-pipe inspect'],
  });
  refused(folder(), import_('--layout pytorch --like model --out m'), { code: 'usage', says: ['PyTorch has no layer'] });
  writeFileSync(folder().file('tokens.txt'), '的\n一\n的\n');
  refused(folder(), import_('--layout keras --cell gru --reset before --segmenter characters --vocab tokens.txt --labels a,b --out m'), {
    code: 'data',
    place: 'tokens.txt:3',
    says: ['line 1 too'],
  });
  writeFileSync(folder().file('tokens.txt'), '的\n一\n');
  refused(folder(), import_('--layout keras --cell gru --reset before --segmenter characters --vocab tokens.txt --labels a,b --out m'), {
    code: 'mismatch',
    place: 'k.safetensors',
    says: ['"embedding/embeddings" has another shape', '[2, 6]', 'the vocabulary'],
  });
});
