/**
 * Step 8: `output` to what the head says of it: of classes `logits`, `probabilities`, `prediction` and, on request, the `top` k labels.
 * A head that answers each token (tags, words) reads `hiddenStates` instead, at the real time steps.
 */
import type { HostTensor, Program } from '../engine/ops.js';
import { PipeError } from '../errors.js';
import type { HeadDefinition } from '../formats/model.js';
import { need, type Batch, type SentenceRecord } from '../formats/record.js';
import { Tensor } from '../formats/tensor.js';
import type { Said } from '../model/heads/head.js';
import { headOf } from '../model/heads/index.js';
import type { Parameters } from '../model/parameters.js';
import { takeOf } from '../model/pooling.js';
import { ahead, inBatches } from './batches.js';
import { attempt, type Step, type StepContext } from './step.js';

export interface ClassifyOptions {
  /** opens the head for vectors of this size: [batch, inputSize] or, a time step each, [timeSteps, batch, inputSize] */
  open: (inputSize: number) => Promise<Program>;
  /** of a head that answers texts */
  definition: HeadDefinition;
  /** the head's own are looked at, where its answers need them */
  parameters: Parameters;
  /** how many labels `top` lists; none if undefined */
  topK?: number | undefined;
}

const BATCH = 64;

export function classify({ open, definition, parameters, topK }: ClassifyOptions): Step {
  const perToken = takeOf(definition) === undefined;
  return async function* (batches, context) {
    let program: Promise<Program> | undefined;
    let inputSize: number | undefined;
    const work = async (batch: Batch): Promise<Batch> => {
      const read = readable(batch, perToken ? realStates : outputOf, context, (found) => {
        inputSize ??= found;
        if (found !== inputSize) throw otherSize(inputSize, found);
      });
      if (read.length === 0) return [];
      const opened = await (program ??= open(inputSize!));
      const said = perToken ? await ofTokens(opened, read) : await ofOutputs(opened, read, inputSize!);
      return read.map(({ record }, i): SentenceRecord => ({
        ...record,
        ...headOf(definition).fields!(definition, said[i]!, { tokens: tokensRead(record), topK }, parameters),
      }));
    };
    try {
      for await (const done of ahead(inBatches(batches, BATCH), work)) if (done.length > 0) yield done;
    } finally {
      await (await program)?.close();
    }
  };
}

/** A record, and what of it the head reads: [1 or time steps, width]. */
interface Read {
  record: SentenceRecord;
  vectors: Tensor;
}

function readable(batch: Batch, read: (record: SentenceRecord) => Tensor, context: StepContext, check: (width: number) => void): Read[] {
  const good: Read[] = [];
  for (const record of batch)
    attempt(record, context, () => {
      const vectors = read(record);
      check(vectors.shape[1]!);
      good.push({ record, vectors });
    });
  return good;
}

function outputOf(record: SentenceRecord): Tensor {
  const { data } = need(record, 'output');
  return new Tensor([1, data.length], data);
}

/** The states of the real time steps, one a token that was read. */
function realStates(record: SentenceRecord): Tensor {
  const states = need(record, 'hiddenStates');
  need(record, 'tokens');
  const { mask } = record;
  const rows = Array.from({ length: states.shape[0]! }, (_, t) => t).filter((t) => mask === undefined || mask[t] === 1);
  // a text without tokens was read as one <unk>
  const tokens = Math.max(1, tokensRead(record).length);
  if (rows.length !== tokens || (mask !== undefined && mask.length !== states.shape[0]))
    throw new PipeError('data', 'tokens and real time steps differ in number', {
      expected: `${tokens} time steps`,
      found: String(rows.length),
      hint: 'encode with the same --model, and run rnn again',
    });
  const width = states.shape[1]!;
  const data = new Float32Array(rows.length * width);
  for (const [row, t] of rows.entries()) data.set(states.row(t), row * width);
  return new Tensor([rows.length, width], data);
}

/** The tokens that the network has read: pad may have cut some. */
function tokensRead({ tokens = [], kept }: SentenceRecord): string[] {
  return kept === undefined ? tokens : tokens.slice(...kept);
}

async function ofOutputs(program: Program, read: readonly Read[], size: number): Promise<Said[]> {
  const data = new Float32Array(read.length * size);
  for (const [row, { vectors }] of read.entries()) data.set(vectors.data, row * size);
  const results = await program.run({ output: { shape: [read.length, size], data } });
  return read.map((_, i) =>
    eachResult(results, ({ data, shape }) => {
      const width = shape.at(-1)!;
      return new Tensor([width], Float32Array.from(data.subarray(i * width, (i + 1) * width)));
    }),
  );
}

/** Sentence by sentence: this layer is small beside the network's. */
async function ofTokens(program: Program, read: readonly Read[]): Promise<Said[]> {
  const said: Said[] = [];
  for (const { vectors } of read) {
    const [timeSteps, width] = [vectors.shape[0]!, vectors.shape[1]!];
    const results = await program.run({ hiddenStates: { shape: [timeSteps, 1, width], data: vectors.data } });
    said.push(eachResult(results, ({ data, shape }) => new Tensor([timeSteps, shape.at(-1)!], Float32Array.from(data))));
  }
  return said;
}

const eachResult = (results: Record<string, HostTensor>, of: (result: HostTensor) => Tensor): Said =>
  Object.fromEntries(Object.entries(results).map(([name, result]) => [name, of(result)]));

function otherSize(expected: number, found: number): PipeError {
  return new PipeError('data', 'the output vectors differ in size', {
    expected: String(expected),
    found: String(found),
    hint: 'do they come from one network? run output again',
  });
}
