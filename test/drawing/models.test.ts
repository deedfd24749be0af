/** Trained models looked at by draw, explain, compare and gradients: the numbers are those of `predict` and of the steps. */
import { readFileSync, writeFileSync } from 'node:fs';
import { decoderOf } from '../../src/drawing/from-search.js';
import { tableSizes } from '../../src/formats/features.js';
import { fromJson } from '../../src/formats/record.js';
import { nudgeName } from '../../src/model/build.js';
import { openEngine } from '../../src/engine/index.js';
import { drawParameters } from '../../src/model/parameters.js';
import { lossGradients } from '../../src/model/loss-gradients.js';
import { dataSet } from '../../src/model/training/data.js';
import type { ModelShape } from '../../src/formats/model.js';
import { useModel } from '../support/model.js';
import { refused, useFolder } from '../cli/support.js';

const TEXT = '这部电影真的非常好看';

describe('a classifier of two layers, both directions, n-grams, affixes', () => {
  const folder = useModel(
    '--segmenter characters --units 6 --layers 2 --bidirectional --ngrams 2 --ngram-dim 4 --affixes --affix-dim 3 --take max --max-length 16',
  );
  const run = (line: string) => folder().shell(line);

  test('draw --model: text, a file, and records give one picture; the answer is that of predict', () => {
    const whole = run(`rnn-pipe draw --model model --text ${TEXT} --format svg -q`);
    expect(whole).toMatchObject({ code: 0, stderr: '' });
    expect(run(`echo ${TEXT} | rnn-pipe draw --model model - --format svg -q`).stdout).toBe(whole.stdout);
    const steps =
      'rnn-pipe run text.txt --whole --to classify --model model --segmenter characters --trace --sums --keep-embeddings -q -o steps.jsonl';
    expect(run(`echo ${TEXT} > text.txt; ${steps}`)).toMatchObject({ code: 0 });
    expect(run('rnn-pipe draw steps.jsonl --model model --format svg -q').stdout).toBe(whole.stdout);
    // without --model the record is drawn as it is: the same numbers, and names as far as it tells them
    expect(run('rnn-pipe draw steps.jsonl --labels bad,good --format svg -q').stdout).toBe(whole.stdout);
    const record = JSON.parse(run(`echo ${TEXT} | rnn-pipe predict model - --json -q`).stdout) as {
      prediction: string;
      probabilities: number[];
    };
    expect(whole.stdout).toContain(`>${record.prediction}</text>`);
    for (const one of record.probabilities) expect(whole.stdout).toContain(`>${(100 * one).toFixed(1)} %</text>`);
  });

  test('what the model cuts off is not drawn, and a padded length is', () => {
    const long = run(`rnn-pipe draw --model model --text ${TEXT.repeat(2)} --format svg -q`).stdout;
    expect(long).toContain('4 tokens were cut');
    expect(run(`rnn-pipe draw --model model --text ${TEXT} --length 12 --format svg -q`).stdout).toContain('‹pad›');
  });

  test('explain --model: all eight steps, with the model’s own numbers', () => {
    const { code, stdout } = run(`rnn-pipe explain ${TEXT} --model model`);
    expect(code).toBe(0);
    expect([...stdout.matchAll(/^(\d) (\w+):/gm)].map(([, number, step]) => `${number} ${step}`)).toEqual(
      ['sentences', 'tokenize', 'encode', 'pad', 'embed', 'rnn', 'output', 'classify'].map((step, i) => `${i + 1} ${step}`),
    );
    const said = run(`echo ${TEXT} | rnn-pipe predict model - -q`).stdout.trim();
    expect(stdout).toContain(`answer: ${said}\n`);
    expect(stdout).not.toContain('it means nothing');
  });

  test('compare: two models, and a model with a record of its own', () => {
    const two = run(`cp -r model other; rnn-pipe compare model other --text ${TEXT}`);
    expect([two.code, two.stdout]).toEqual([0, expect.stringContaining('no difference in h')]);
    const steps = 'rnn-pipe run text.txt --whole --to classify --model model --segmenter characters --trace -q -o steps.jsonl';
    const mixed = run(`echo ${TEXT} > text.txt; ${steps}; rnn-pipe compare model steps.jsonl`);
    expect([mixed.code, mixed.stdout]).toEqual([0, expect.stringContaining('no difference in h')]);
  });

  test('gradients --model: every layer and direction; the loss is of the answer that is given', () => {
    const [own, other] = ['', '--label bad'].map((more) => run(`rnn-pipe gradients --model model --text ${TEXT} ${more}`));
    expect(own!.stdout).toContain('1 forward');
    expect(own!.stdout).toContain('2 backward');
    const loss = (stderr: string): number => Number(/is ([\d.e-]+)$/m.exec(stderr)![1]);
    const record = JSON.parse(run(`echo ${TEXT} | rnn-pipe predict model - --json -q`).stdout) as { probabilities: [number, number] };
    expect(loss(other!.stderr)).toBeCloseTo(-Math.log(record.probabilities[0]), 2);
    expect(loss(own!.stderr)).toBeCloseTo(-Math.log(Math.max(...record.probabilities)), 2);
    expect(run(`rnn-pipe gradients --model model --text ${TEXT} -o g.svg`).code).toBe(0);
    expect(readFileSync(folder().file('g.svg'), 'utf8')).toContain('layer 2 ←');
  });

  test.each([
    ['draw --text 好', 'usage', '--text does not apply'],
    ['draw examples/states.jsonl --gradients', 'usage', '--gradients does not apply'],
    ['draw --model model --text 好 --label bad', 'usage', '--label does not apply'],
    ['draw model', 'usage', 'a folder is no record'],
    ['draw --model model --text 好 train.tsv', 'usage', '--text and a file are given'],
    ['draw --model none --text 好', 'no-input', 'there is no such model'],
    ['explain 好 --model model --units 3', 'usage', '--units does not apply'],
    ['gradients --model model --text 好 --cells rnn', 'usage', '--cells does not apply'],
    ['gradients --model model --text 好 --label none', 'data', 'the label is none of the training data'],
    ['gradients examples/embeddings.jsonl --label good', 'usage', '--label does not apply'],
    ['compare model examples/states.jsonl extra.txt', 'usage', 'there is one argument too many'],
  ] as const)('%s is an error', (line, code, says) => {
    refused(folder(), `rnn-pipe ${line}`, { code, says: [says] });
  });
});

/** Worked out by differences: the loss when a hidden state is nudged a little, less the loss when it is nudged the other way. */
const HEADS: ModelShape['head'][] = [
  { task: 'classify', take: 'attention', labels: ['a', 'b', 'c'] },
  { task: 'tag', tags: ['B', 'I', 'O'], scheme: 'BIO', crf: true },
];

test.each(HEADS)('the gradient of the loss is its slope: %o', async (head) => {
  const shape: ModelShape = {
    embedding: { dim: 3, rows: 9, ...tableSizes({}) },
    network: { cell: 'gru', inputSize: 3, units: 2, layers: 2, directions: ['forward', 'backward'], resetAfter: true },
    head,
  };
  const parameters = drawParameters(shape, 5);
  const ids = [4, 7, 5, 8];
  const perToken = head.task === 'tag';
  const example = dataSet([{ ids, targets: perToken ? [0, 1, 2, 0] : [1] }], perToken ? 'token' : 'sentence', 1);
  const engine = await openEngine(undefined, { threads: 1 });
  const found = await lossGradients(engine, shape, parameters, example);
  expect(found.lanes.map(({ layer, direction }) => `${layer} ${direction}`)).toEqual([
    '1 forward',
    '1 backward',
    '2 forward',
    '2 backward',
  ]);
  const slope = async (name: string, t: number, unit: number): Promise<number> => {
    const losses: number[] = [];
    for (const by of [0.01, -0.01]) {
      const nudge = new Float32Array(ids.length * 2);
      nudge[2 * t + unit] = by;
      losses.push((await lossGradients(engine, shape, parameters, example, new Map([[name, nudge]]))).loss);
    }
    return (losses[0]! - losses[1]!) / 0.02;
  };
  for (const { layer, direction, norms } of found.lanes)
    for (const t of [0, 3]) {
      const name = nudgeName(layer - 1, direction);
      expect(norms[t]).toBeCloseTo(Math.hypot(await slope(name, t, 0), await slope(name, t, 1)), 3);
    }
});

describe('tags, texts and next tokens', () => {
  const folder = useFolder();
  const shell = (line: string): string => {
    const { code, stdout, stderr } = folder().shell(line);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const learn = '--dim 8 --units 8 --epochs 4 --batch-size 8 --learning-rate 0.05 --min-count 1 --hold-out 0% -q';

  test('a tagger: a box for each span, the tag’s probability, and the answer of predict', () => {
    const lines = Array.from({ length: 60 }, (_, i) => ['王/B-PER 明/I-PER 在/O 家/O', '昨/O 天/O 李/B-PER 雷/I-PER 来/O'][i % 2]!);
    writeFileSync(folder().file('tags.txt'), `${lines.join('\n')}\n`);
    shell(`rnn-pipe train tags.txt --task tag --out model ${learn}`);
    const svg = shell('rnn-pipe draw --model model --text 昨天王明来 --gradients --format svg -q');
    const { tags, spans } = JSON.parse(shell('echo 昨天王明来 | rnn-pipe predict model - --json -q')) as {
      tags: string[];
      spans: unknown[];
    };
    for (const tag of new Set(tags)) expect(svg.split(`>${tag}</text>`).length - 1).toBe(tags.filter((one) => one === tag).length + 1);
    expect(svg.split('class="span"').length - 1).toBe(spans.length);
    expect(svg).toContain('data-name="chances.4"');
    expect(svg).toContain('‖∂loss/∂h‖');
    expect(shell('rnn-pipe explain 昨天王明来 --model model')).toContain('王明 (PER)');
  });

  test('a model that says texts: the matrix of its attention, and its search', () => {
    shell(
      `rnn-pipe train examples/pairs.tsv --task seq2seq --out model --target-min-count 1 --segmenter characters ${learn.replace('4', '30')}`,
    );
    const svg = shell('rnn-pipe draw --model model --text 我喜欢苹果。 --format svg -q');
    const record = fromJson(JSON.parse(shell('echo 我喜欢苹果。 | rnn-pipe seq2seq --model model --beam 3 --n-best 3 --trace -q')));
    expect(svg.match(/data-name="decoder\.attention\.\d+"/g)).toHaveLength(
      decoderOf(record.search!, record.said, 6, [0, 1, 2, 3, 4, 5])!.said.length,
    );
    expect(svg).toContain('beam search');
    expect(shell('rnn-pipe gradients --model model --text 我喜欢苹果。')).toContain('1 forward');
    expect(shell('rnn-pipe explain 我喜欢苹果。 --model model')).toContain(`answer: ${record.prediction}`);
  });

  test.each(['', ' --bidirectional'])('a language model%s: what it finds likely to come next', (ways) => {
    shell(`rnn-pipe train examples/news.txt --task lm --out model --segmenter characters ${learn.replace('4', '1')}${ways}`);
    const svg = shell('rnn-pipe draw --model model --text 今天 --format svg -q');
    expect(svg).toContain('next: most probable');
    expect(svg).toContain('&#60;bos&#62;');
    const gradients = shell('rnn-pipe gradients --model model --text 今天');
    expect(gradients).toContain('<bos>');
    expect(gradients.includes('1 backward')).toBe(ways !== '');
  });
});

/** By hand: a beam of 2. "a <eos>" has ln 0.6 + ln 0.5, "b <eos>" ln 0.4 + ln 0.9, which is more. */
test('the path of the best text through the hypotheses of a search', () => {
  const hypothesis = (token: string, parent: number, logProbability: number, best: [string, number][]) => ({
    ...{ token, parent, logProbability, state: [0.5], attention: [0.25, 0.75] },
    best: best.map(([word, probability]) => ({ token: word, probability })),
  });
  const search = [
    {
      hypotheses: [
        hypothesis('<bos>', -1, 0, [
          ['a', 0.6],
          ['b', 0.4],
        ]),
      ],
    },
    {
      hypotheses: [
        hypothesis('a', 0, Math.log(0.6), [
          ['<eos>', 0.5],
          ['b', 0.5],
        ]),
        hypothesis('b', 0, Math.log(0.4), [
          ['<eos>', 0.9],
          ['a', 0.1],
        ]),
      ],
    },
  ];
  const said = (said0?: number) =>
    decoderOf(search, said0 === undefined ? undefined : [{ text: 'a', logProbability: said0, score: said0 / 2 }], 3, [0, 2])!;
  expect(said().said.map(({ token, probability }) => [token, probability])).toEqual([
    ['b', 0.4],
    ['<eos>', 0.9],
  ]);
  expect(said(Math.log(0.3)).said.map(({ token, probability }) => [token, probability])).toEqual([
    ['a', 0.6],
    ['<eos>', 0.5],
  ]);
  expect(said().steps.map((hypotheses) => hypotheses.map(({ chosen }) => chosen))).toEqual([[true], [false, true]]);
  // padding in the middle of the source is never looked at
  expect([...said().attention.data]).toEqual([0.25, 0, 0.75, 0.25, 0, 0.75]);
  expect(decoderOf([], undefined, 2, [0, 1])).toBeUndefined();
});
