/** `rnn` on rows: the network reads the word vectors where they lie, and its states are one column. */
import type { Memory } from '../../formats/memory.js';
import type { Batch } from '../../formats/record.js';
import { isBatch, type NewRows, type Rows } from '../../formats/rows.js';
import { Tensor } from '../../formats/tensor.js';
import { pushRuns, runsOf, type Sentences } from '../../model/packing.js';
import { ahead, numbersIn, windowsOf } from '../batches.js';
import { runningRnn, type Opened, type RnnOptions } from '../rnn.js';
import type { RowStep } from './step.js';

const [INPUTS, MASK, STATES] = ['embeddings', 'mask', 'hiddenStates'];
const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** @returns undefined with options by which each record has more than a column of states */
export function rnnRows(options: RnnOptions): RowStep | undefined {
  if (options.traced || options.keepEmbeddings) return undefined;
  return async function* (parts, context, memory) {
    const running = runningRnn(options, context);
    const work = async (window: (Batch | Rows)[]): Promise<Batch | NewRows> => {
      const rows = window.filter((part): part is Rows => !isBatch(part));
      const opened = rows.length === window.length ? await running.opened() : undefined;
      const made = opened && (await statesOf(rows, opened, options.batchSize, memory));
      return made ?? running.work(window.flatMap((part) => (isBatch(part) ? part : part.records())));
    };
    const numbersOf = (part: Batch | Rows): number => (isBatch(part) ? numbersIn(part) : vectorsIn(part) * part.matrices(INPUTS)!.width);
    try {
      for await (const done of ahead(windowsOf(fitting(parts), options.batchSize, numbersOf), work, running.atOnce))
        if (done.length > 0) yield done;
    } finally {
      await running.close();
    }
  };
}

/** Rows that the step cannot take as they are, as records. */
async function* fitting(parts: AsyncIterable<Batch | Rows>): AsyncGenerator<Batch | Rows> {
  for await (const part of parts) yield isBatch(part) || fits(part) ? part : part.records();
}

function fits(rows: Rows): boolean {
  const [inputs, mask] = [rows.matrices(INPUTS), rows.integers(MASK)];
  return inputs !== undefined && (mask ? haveLengths(mask.begins, inputs.begins) : !rows.has(MASK)) && rows.liesWhole([INPUTS, STATES]);
}

function haveLengths(some: Int32Array, others: Int32Array): boolean {
  for (let row = 0; row + 1 < some.length; row++) if (some[row + 1]! - some[row]! !== others[row + 1]! - others[row]!) return false;
  return true;
}

function vectorsIn(rows: Rows): number {
  const { begins } = rows.matrices(INPUTS)!;
  return begins.at(-1)! - begins[0]!;
}

/** @returns undefined where a record must be looked at: the network reads vectors of another size, or a number is not finite */
async function statesOf(rows: readonly Rows[], { network, told }: Opened, batchSize: number, memory: Memory): Promise<NewRows | undefined> {
  const { inputSize, units, directions } = network.shape;
  if (rows.some((part) => part.matrices(INPUTS)!.width !== inputSize)) return undefined;
  const sentences = sentencesOf(rows);
  const width = units * directions.length;
  const numbers = sentences.begins.at(-1)! * width;
  const block = memory.take(numbers * BYTES);
  const { hiddenStates, finite } = await network.runTogether(sentences, batchSize, new Float32Array(block, 0, numbers));
  if (!finite) return undefined;
  return {
    length: sentences.places.length,
    rows,
    without: [INPUTS],
    matrices: { [STATES]: { values: hiddenStates, begins: sentences.begins, width } },
    same: { network: told },
    records: () => {
      const batch = rows.flatMap((part) => part.records());
      for (const [row, record] of batch.entries()) {
        const [begin, end] = [sentences.begins[row]!, sentences.begins[row + 1]!];
        record.embeddings = undefined;
        record.hiddenStates = new Tensor([end - begin, width], hiddenStates.subarray(begin * width, end * width));
        record.network = told;
      }
      return batch;
    },
    release: () => {
      memory.give(block);
      for (const part of rows) part.release();
    },
  };
}

function sentencesOf(rows: readonly Rows[]): Sentences {
  const count = rows.reduce((sum, { length }) => sum + length, 0);
  const [places, firsts, begins] = [new Int32Array(count), new Int32Array(count), new Int32Array(count + 1)];
  let row = 0;
  const inputs = rows.map((part) => part.matrices(INPUTS)!);
  for (const [place, { begins: own }] of inputs.entries())
    for (let i = 0; i + 1 < own.length; i++, row++) {
      places[row] = place;
      firsts[row] = own[i]!;
      begins[row + 1] = begins[row]! + own[i + 1]! - own[i]!;
    }
  const masks = rows.map((part) => part.integers(MASK));
  let [place, before] = [0, 0];
  const runs = runsOf(count, (row, runs) => {
    if (places[row] !== place) [place, before] = [places[row]!, row];
    const mask = masks[place];
    const [begin, end] = mask ? [mask.begins[row - before]!, mask.begins[row - before + 1]!] : [begins[row]!, begins[row + 1]!];
    pushRuns(runs, mask?.values, begin, end);
  });
  return { memory: inputs.map(({ values }) => values), places, firsts, begins, ...runs };
}
