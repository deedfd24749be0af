/** Step 8: `output` to `logits`, `probabilities`, `prediction` and, on request, the `top` k labels. */
import type { Program } from '../engine/ops.js';
import { PipeError } from '../errors.js';
import { need, type Batch, type SentenceRecord } from '../formats/record.js';
import { shortest, Tensor } from '../formats/tensor.js';
import { ahead, inBatches } from './batches.js';
import { attempt, type Step } from './step.js';

export interface ClassifyOptions {
  /** opens the head for outputs of this size: [batch, inputSize] → logits and probabilities [batch, labels] */
  open: (inputSize: number) => Promise<Program>;
  labels: readonly string[];
  /** how many labels `top` lists; none if undefined */
  topK?: number | undefined;
}

const BATCH = 64;

export function classify({ open, labels, topK }: ClassifyOptions): Step {
  return async function* (batches, context) {
    let head: Promise<Program> | undefined;
    let inputSize: number | undefined;
    const work = async (batch: Batch): Promise<Batch> => {
      const records: Batch = [];
      for (const record of batch)
        attempt(record, context, () => {
          const found = need(record, 'output').data.length;
          inputSize ??= found;
          if (found !== inputSize) throw otherSize(inputSize, found);
          records.push(record);
        });
      if (records.length === 0) return [];
      const size = inputSize!;
      const data = new Float32Array(records.length * size);
      for (const [row, { output }] of records.entries()) data.set(output!.data, row * size);
      const { logits, probabilities } = await (await (head ??= open(size))).run({ output: { shape: [records.length, size], data } });
      const row = ({ data }: { data: Float32Array | Int32Array }, i: number): Tensor =>
        new Tensor([labels.length], Float32Array.from(data.subarray(i * labels.length, (i + 1) * labels.length)));
      return records.map((record, i) => answered(record, row(logits!, i), row(probabilities!, i), labels, topK));
    };
    try {
      for await (const done of ahead(inBatches(batches, BATCH), work)) if (done.length > 0) yield done;
    } finally {
      await (await head)?.close();
    }
  };
}

function answered(
  record: SentenceRecord,
  logits: Tensor,
  probabilities: Tensor,
  labels: readonly string[],
  topK: number | undefined,
): SentenceRecord {
  // most probable first; of equals the label that was named first
  const order = labels.map((_, i) => i).sort((a, b) => probabilities.data[b]! - probabilities.data[a]! || a - b);
  const top = order.slice(0, topK ?? 0).map((i) => ({ label: labels[i]!, probability: shortest(probabilities.data[i]!) }));
  return { ...record, logits, probabilities, prediction: labels[order[0]!]!, ...(topK === undefined ? {} : { top }) };
}

function otherSize(expected: number, found: number): PipeError {
  return new PipeError('data', 'the output vectors differ in size', {
    expected: String(expected),
    found: String(found),
    hint: 'do they come from one network? run output again',
  });
}
