/**
 * A model as one ONNX file: ids in, answers out. Embeddings, network, pooling and head are all in it; texts are cut and numbered outside.
 * The network stands there as ONNX's own LSTM, GRU or RNN, which every runtime knows, and in 8 bits as ONNX Runtime's `DynamicQuantizeLSTM`.
 *
 *     ids, …          [batch, time]   64-bit integers; 0 after the end of a sentence; the features' beside them, such as ngramIds
 *     lengths         [batch]         real tokens of each sentence, at least 1
 *     → logits, probabilities [batch, labels]; output [batch, width]; answers a token are [batch, time, …]
 */
import { onnxFile, type FileOps } from '../../engine/onnx/file.js';
import { PipeError } from '../../errors.js';
import type { ModelDocument, ModelShape } from '../../formats/model.js';
import type { Quantization } from '../../formats/quantization.js';
import { answered } from '../build.js';
import { fusedNetwork } from '../layouts.js';
import { networkWeights, tablesOf, type Parameters } from '../parameters.js';
import { checkQuantizable, quantizedLayer } from '../quantize.js';

const [BATCH, TIME] = ['batch', 'time'];

/** @throws PipeError('usage') for a cell that cannot be quantised, and for a model that one file cannot hold */
export function onnxModel(document: ModelDocument, parameters: Parameters, quantize?: Quantization, limit?: number): Uint8Array {
  if (document.head.task === 'seq2seq')
    throw new PipeError('usage', 'a model that says texts is not one program', {
      found: 'task seq2seq: an encoder, and a decoder that runs once a token',
      hint: 'predict with it here; weights.safetensors in its folder holds all weights',
    });
  if (quantize) checkQuantizable(document.network);
  const fields = tablesOf(document).flatMap((table) => table.fields);
  const inputs = { ...Object.fromEntries(fields.map((field) => [field, [BATCH, TIME]])), lengths: [BATCH] };
  const about = { version: document.rnnPipe, metadata: metadataOf(document, quantize) };
  return onnxFile(inputs, (ops, given) => answers(ops, document, parameters, given, quantize), about, limit);
}

function answers<T>(
  ops: FileOps<T>,
  shape: ModelShape,
  parameters: Parameters,
  { lengths, ...ids }: Readonly<Record<string, T>>,
  quantize?: Quantization,
): Record<string, T> {
  const rows = Object.fromEntries(Object.entries(ids).map(([field, one]) => [field, ops.transpose(one, [1, 0])]));
  const vectors = tablesOf(shape).flatMap(({ name, shape: sizes, fields }) => {
    const table = ops.constant(sizes, parameters.get(name)!.data);
    return fields.map((field) => ops.gather(table, rows[field]!));
  });
  const real = ops.cast(lengths!, 'int');
  const weights = networkWeights(shape.network, parameters);
  const hiddenStates = fusedNetwork(ops, shape.network, weights, ops.concat(vectors, 2), real, quantize && quantizedLayer);
  const results = answered(ops, shape, parameters, steps(ops, rows['ids']!, lengths!), hiddenStates);
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, batchFirst(ops, name, value)]));
}

/** What tells real time steps from padding (`pooling.ts`), from the lengths. @param like [time, batch] */
function steps<T>(ops: FileOps<T>, like: T, lengths: T): Record<string, T> {
  const number = (value: number): T => ops.constant([1], Float32Array.of(value));
  const sizes = ops.cast(lengths, 'float'); // [batch]
  const rows = ops.squeeze(ops.squeeze(ops.positions(ops.transpose(like, [1, 0])), 2), 1); // 0, 1, 2, …, [batch]
  const batch = ops.add(ops.max(rows, 0), number(1));
  const placesOf = (timeStep: T): T => ops.cast(ops.add(ops.multiply(timeStep, batch), rows), 'int');
  const wide = ops.unsqueeze(ops.unsqueeze(sizes, 0), 2); // [1, batch, 1]
  const mask = ops.atLeast(ops.subtract(wide, number(1)), ops.positions(like));
  return {
    mask,
    last: placesOf(ops.subtract(sizes, number(1))),
    first: placesOf(ops.subtract(sizes, sizes)),
    share: ops.divide(mask, wide),
  };
}

/** Answers a token are [time, batch, width] in the graph; weights of attention lose their last axis of 1. */
function batchFirst<T>(ops: FileOps<T>, name: string, value: T): T {
  if (name === 'attention') return ops.transpose(ops.squeeze(value, 2), [1, 0]);
  return ops.rankOf(value) === 3 ? ops.transpose(value, [1, 0, 2]) : value;
}

/** Texts that the file carries: what its ids and answers mean. */
export function metadataOf(
  { head, segmenter, vocabulary, maxLength, rnnPipe }: ModelDocument,
  quantize?: Quantization,
): Record<string, string> {
  return {
    task: head.task,
    ...('labels' in head ? { labels: JSON.stringify(head.labels) } : {}),
    head: JSON.stringify(head),
    segmenter: segmenter.fingerprint,
    segmenterOptions: JSON.stringify(segmenter.options),
    vocabulary,
    maxLength: String(maxLength),
    rnnPipe,
    ...(quantize ? { quantize } : {}),
  };
}
