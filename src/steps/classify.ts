/** Step 8: `output` to `logits`, `probabilities`, `prediction` and, on request, the `top` k labels. */
import type { Program } from '../engine/ops.js';
import { PipeError } from '../errors.js';
import type { HeadDefinition } from '../formats/model.js';
import { need, type Batch, type SentenceRecord } from '../formats/record.js';
import { Tensor } from '../formats/tensor.js';
import { classify as head } from '../model/heads/classify.js';
import { ahead, inBatches } from './batches.js';
import { attempt, type Step } from './step.js';

export interface ClassifyOptions {
  /** opens the head for outputs of this size: [batch, inputSize] → logits and probabilities [batch, labels] */
  open: (inputSize: number) => Promise<Program>;
  definition: Extract<HeadDefinition, { task: 'classify' }>;
  /** how many labels `top` lists; none if undefined */
  topK?: number | undefined;
}

const BATCH = 64;

export function classify({ open, definition, topK }: ClassifyOptions): Step {
  const { labels } = definition;
  return async function* (batches, context) {
    let program: Promise<Program> | undefined;
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
      const { logits, probabilities } = await (await (program ??= open(size))).run({ output: { shape: [records.length, size], data } });
      const row = ({ data }: { data: Float32Array | Int32Array }, i: number): Tensor =>
        new Tensor([labels.length], Float32Array.from(data.subarray(i * labels.length, (i + 1) * labels.length)));
      return records.map((record, i): SentenceRecord => ({
        ...record,
        ...head.fields!(definition, { logits: row(logits!, i), probabilities: row(probabilities!, i) }, { tokens: [], topK }, new Map()),
      }));
    };
    try {
      for await (const done of ahead(inBatches(batches, BATCH), work)) if (done.length > 0) yield done;
    } finally {
      await (await program)?.close();
    }
  };
}

function otherSize(expected: number, found: number): PipeError {
  return new PipeError('data', 'the output vectors differ in size', {
    expected: String(expected),
    found: String(found),
    hint: 'do they come from one network? run output again',
  });
}
