/** The exported ONNX file, run as others run it: by ONNX Runtime on ids and lengths, beside our own predictions. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as runtime from 'onnxruntime-web';
import { openEngine } from '../../../src/engine/index.js';
import type { ModelDocument } from '../../../src/formats/model.js';
import { compilePrediction } from '../../../src/model/build.js';
import { onnxModel } from '../../../src/model/exchange/onnx.js';
import { answersOf } from '../../../src/model/predictor.js';
import { documentOf, KINDS, padded, parametersOf, sentences } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Our own probabilities, by the equations. */
async function expected(document: ModelDocument): Promise<Float32Array> {
  const parameters = parametersOf(document);
  const program = await compilePrediction(await openEngine('onnx-wasm'), document, parameters);
  const answers = await answersOf(program, document, parameters, sentences, [0, 1, 2, 3], 2);
  await program.close();
  return answers['probabilities']!.numbers;
}

const feedsOf = (document: ModelDocument): Record<string, number[] | number[][]> => ({
  ids: padded(sentences.ids).rows,
  ...(document.embedding.ngramDim > 0 ? { ngramIds: padded(sentences.ngramIds!).rows } : {}),
  ...(document.embedding.affixDim > 0
    ? { prefixIds: padded(sentences.prefixIds!).rows, suffixIds: padded(sentences.suffixIds!).rows }
    : {}),
  lengths: padded(sentences.ids).lengths,
});

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));
}

test.each(KINDS)('$name: the file gives our probabilities', async ({ kind }) => {
  const document = documentOf(kind);
  const session = await runtime.InferenceSession.create(onnxModel(document, parametersOf(document)));
  const tensors = Object.entries(feedsOf(document)).map(([name, rows]) => {
    const numbers = rows.flat();
    return [name, new runtime.Tensor('int64', BigInt64Array.from(numbers, BigInt), name === 'lengths' ? [4] : [4, numbers.length / 4])];
  });
  const { probabilities, logits, attention } = await session.run(Object.fromEntries(tensors) as Record<string, runtime.Tensor>);
  expect(probabilities!.dims).toEqual([4, 3]);
  expect(logits!.dims).toEqual([4, 3]);
  expect(attention?.dims).toEqual(kind.take === 'attention' ? [4, 7] : undefined);
  expect(largestDifference(probabilities!.data as Float32Array, await expected(document))).toBeLessThan(1e-5);
  await session.release();
});

test('a model that one file cannot hold is refused', () => {
  const document = documentOf();
  expect(() => onnxModel(document, parametersOf(document), undefined, 100)).toThrow('too large for one ONNX file');
});

test('a GRU has no 8-bit operator', () => {
  const document = documentOf({ cell: 'gru' });
  expect(() => onnxModel(document, parametersOf(document), 'int8')).toThrow('--quantize int8 does not apply');
});

const python = process.env['RNN_PIPE_PYTHON'];
const where = python ? describe : describe.skip;

const run = (program: string, ...args: string[]): unknown =>
  JSON.parse(execFileSync(python!, ['-c', program, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }));

/** Only where RNN_PIPE_PYTHON names a Python with onnx and onnxruntime (test/requirements.txt). */
where('in Python', () => {
  const CHECKED = `
import sys, json, numpy as np, onnx, onnxruntime
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
session = onnxruntime.InferenceSession(sys.argv[1])
feeds = {name: np.array(value, np.int64) for name, value in json.loads(sys.argv[2]).items()}
print(json.dumps({
  'metadata': {one.key: one.value for one in model.metadata_props},
  'inputs': [[one.name, one.type, one.shape] for one in session.get_inputs()],
  'outputs': [[one.name, one.shape] for one in session.get_outputs()],
  'probabilities': session.run(['probabilities'], feeds)[0].flatten().tolist(),
  'alone': session.run(['probabilities'], {k: v[1:2] if v.ndim == 1 else v[1:2, :1] for k, v in feeds.items()})[0].flatten().tolist(),
}))`;
  const save = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  interface Told {
    metadata: Record<string, string>;
    inputs: unknown[];
    outputs: unknown[];
    probabilities: number[];
    alone: number[];
  }

  test.each(KINDS.filter((_, i) => i % 4 === 0 || i > 17))('$name: onnx.checker and onnxruntime take it', async ({ kind }) => {
    const document = documentOf(kind);
    const file = save('model.onnx', onnxModel(document, parametersOf(document)));
    const { metadata, inputs, outputs, probabilities, alone } = run(CHECKED, file, JSON.stringify(feedsOf(document))) as Told;
    const ours = await expected(document);
    expect(largestDifference(probabilities, ours)).toBeLessThan(1e-5);
    // another batch size and length, and no padding: the second sentence alone
    expect(largestDifference(alone, ours.subarray(3, 6))).toBeLessThan(1e-5);
    expect(metadata).toMatchObject({
      task: 'classify',
      labels: '["财经","体育","c"]',
      vocabulary: '0'.repeat(64),
      segmenter: 'characters-00000000',
    });
    expect(inputs).toContainEqual(['ids', 'tensor(int64)', ['batch', 'time']]);
    expect(inputs).toContainEqual(['lengths', 'tensor(int64)', ['batch']]);
    expect(outputs).toContainEqual(['probabilities', ['batch', 3]]);
  });

  test('in 8 bits it has the integers and scales that the Python tool makes', async () => {
    const document = documentOf({ layers: 2, directions: ['forward', 'backward'] });
    const parameters = parametersOf(document);
    const [exact, ours] = [save('exact.onnx', onnxModel(document, parameters)), save('ours.onnx', onnxModel(document, parameters, 'int8'))];
    const program = `
import sys, json, numpy as np, onnx
from onnxruntime.quantization import quantize_dynamic, QuantType
quantize_dynamic(sys.argv[1], sys.argv[3], op_types_to_quantize=['LSTM'], per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
def layers(path):
    model = onnx.load(path)
    arrays = {one.name: onnx.numpy_helper.to_array(one) for one in model.graph.initializer}
    return [[arrays[node.input[i]] for i in (1, 2, 8, 9, 10, 11)] for node in model.graph.node if node.op_type == 'DynamicQuantizeLSTM']
ours, theirs = layers(sys.argv[2]), layers(sys.argv[3])
print(json.dumps([[[list(a.shape) == list(b.shape), float(np.abs(a.astype(float) - b).max())] for a, b in zip(x, y)] for x, y in zip(ours, theirs)]))`;
    const layers = run(program, exact, ours, join(folder, 'theirs.onnx')) as [boolean, number][][];
    expect(layers).toHaveLength(2);
    for (const [same, difference] of layers.flat()) {
      expect(same).toBe(true);
      expect(difference).toBeLessThan(1e-7);
    }
    const { metadata, probabilities } = run(CHECKED, ours, JSON.stringify(feedsOf(document))) as Told;
    expect(metadata).toMatchObject({ quantize: 'int8' });
    expect(largestDifference(probabilities, await expected(document))).toBeLessThan(0.02);
  });
});
