/** Every task's model leaves and comes back: its file of weights, and its ONNX file, which gives our own answers. */
import * as runtime from 'onnxruntime-web';
import { openEngine } from '../../../src/engine/index.js';
import type { HeadDefinition } from '../../../src/formats/model.js';
import { compilePrediction } from '../../../src/model/build.js';
import { exported } from '../../../src/model/exchange/correspondence.js';
import { foundWeights } from '../../../src/model/exchange/found.js';
import { onnxModel } from '../../../src/model/exchange/onnx.js';
import { answersOf } from '../../../src/model/predictor.js';
import { documentOf, padded, parametersOf, sentences } from './support.js';

const HEADS: HeadDefinition[] = [
  { task: 'tag', tags: ['O', 'B', 'I'], crf: true },
  { task: 'segment', tags: ['B', 'M', 'E', 'S'], crf: false },
  { task: 'regress', take: 'mean', loss: 'mse', columns: [], mean: [2], deviation: [3] },
  { task: 'multilabel', take: 'max', labels: ['a', 'b'], threshold: 0.5 },
  { task: 'lm', stretch: 8 },
  { task: 'lm', stretch: 8, bothWays: true },
];

test('a model that says texts leaves and comes back as weights, its decoder too', () => {
  const network = { cell: 'gru', units: 3, layers: 1, directions: ['forward'], resetAfter: true } as const;
  const { segmenter, vocabulary } = documentOf();
  const head: HeadDefinition = {
    task: 'seq2seq',
    attention: 'additive',
    decoder: { ...network, directions: ['forward'], inputSize: 5 },
    answers: { segmenter, lowerCase: false, vocabulary, rows: 9, maxLength: 8 },
  };
  const document = documentOf({ ...network, directions: ['forward'], head });
  const parameters = parametersOf(document);
  for (const layout of ['pytorch', 'keras'] as const) {
    const tensors = exported(document, parameters, layout);
    expect(tensors.has(layout === 'pytorch' ? 'decoder.weight_hh_l0' : 'decoder/gru/gru_cell/recurrent_kernel')).toBe(true);
    const { parameters: back } = foundWeights(tensors, layout, document);
    for (const [name, { data }] of parameters) expect(back.get(name)!.data).toEqual(data);
  }
  expect(() => onnxModel(document, parameters)).toThrow(/seq2seq|texts|answers/);
});

test.each(HEADS)('$task %#', async (head) => {
  const document = documentOf({ head, directions: head.task === 'lm' && !head.bothWays ? ['forward'] : ['forward', 'backward'] });
  const parameters = parametersOf(document);
  for (const layout of ['pytorch', 'keras'] as const) {
    const { parameters: back } = foundWeights(exported(document, parameters, layout), layout, document);
    expect([...back.keys()].sort()).toEqual([...parameters.keys()].sort());
    if (layout === 'pytorch') for (const [name, { data }] of parameters) expect(back.get(name)!.data).toEqual(data);
  }

  const program = await compilePrediction(await openEngine('onnx-wasm'), document, parameters);
  const ours = await answersOf(program, document, parameters, sentences, [0, 1, 2, 3], 4);
  await program.close();
  const session = await runtime.InferenceSession.create(onnxModel(document, parameters));
  const { rows, lengths } = padded(sentences.ids);
  const int64 = (numbers: number[], shape: number[]) => new runtime.Tensor('int64', BigInt64Array.from(numbers, BigInt), shape);
  const theirs = await session.run({ ids: int64(rows.flat(), [4, 7]), lengths: int64(lengths, [4]) });
  await session.release();
  expect(Object.keys(theirs).sort()).toEqual(Object.keys(ours).sort());
  for (const [name, { per, width, numbers }] of Object.entries(ours)) {
    const { dims, data } = theirs[name]!;
    expect(dims).toEqual(per === 'token' ? [4, 7, width] : [4, width]);
    // answers a token stand one after another in ours, at [sentence, time] in the file
    const place = (token: number): number => {
      const sentence = [3, 2, 1, 0].find((one) => token >= sentences.offsets[one]!)!;
      return sentence * 7 + token - sentences.offsets[sentence]!;
    };
    numbers.forEach((number, i) => {
      const row = Math.floor(i / width);
      const found = (data as Float32Array)[(per === 'token' ? place(row) : row) * width + (i % width)]!;
      expect(Math.abs(found - number)).toBeLessThan(1e-5);
    });
  }
});
