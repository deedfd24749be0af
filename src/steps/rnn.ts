/** Step 6: `embeddings` to `hiddenStates`, one a time step; masked time steps are not computed. */
import { PipeError } from '../errors.js';
import { need, type Batch, type SentenceRecord } from '../formats/record.js';
import { firstNotFinite, type Tensor } from '../formats/tensor.js';
import type { Network } from '../model/network.js';
import type { Sequence } from '../model/packing.js';
import { ahead, inBatches, inWindows } from './batches.js';
import { attempt, type Step, type StepContext } from './step.js';

export interface RnnOptions {
  /** opens the network for word vectors of this size: the first record tells it, unless weights do */
  open: (inputSize: number) => Promise<Network>;
  keepEmbeddings: boolean;
  /** sentences that run together */
  batchSize: number;
  /** traces are so large that a window of one batch is enough */
  traced: boolean;
}

/** Adds `hiddenStates`, `network` and, of a tracing network, `trace`; takes `embeddings` away unless they are kept. */
export function rnn(options: RnnOptions): Step {
  const windows = options.traced ? inBatches : inWindows;
  return async function* (batches, context) {
    const running = runningRnn(options, context);
    try {
      for await (const done of ahead(windows(batches, options.batchSize), running.work, running.atOnce)) if (done.length > 0) yield done;
    } finally {
      await running.close();
    }
  };
}

/** The step over one stream of records: a network that is opened when the first record comes. */
export interface RunningRnn {
  work: (window: Batch) => Promise<Batch>;
  /** that network; undefined before */
  opened: () => Promise<Opened> | undefined;
  /** so many windows keep it busy */
  atOnce: () => number;
  close: () => Promise<void>;
}

export function runningRnn({ open, keepEmbeddings, batchSize }: RnnOptions, context: StepContext): RunningRnn {
  let opened: Promise<Opened> | undefined;
  let threads = 1;
  return {
    opened: () => opened,
    atOnce: () => 2 * threads + 1,
    close: async () => (await opened)?.network.close(),
    work: async (window) => {
      const records = window.filter((record) => usable(record, context));
      if (records.length === 0) return [];
      const { network, told } = await (opened ??= open(records[0]!.embeddings!.shape[1]!).then(withTold));
      threads = network.threads;
      const fitting = records.filter((record) => fits(record, network, context));
      const states = await network.run(fitting.map(sequenceOf), batchSize);
      const done: Batch = [];
      for (const [i, record] of fitting.entries()) {
        const { hiddenStates, trace, finite } = states[i]!;
        const { embeddings } = record;
        // in place, which a copy would take ten times as long for; and a field that is undefined is none
        if (!keepEmbeddings) record.embeddings = undefined;
        record.hiddenStates = hiddenStates;
        if (trace) record.trace = trace;
        record.network = told;
        if (finite || accepts(record, context, () => refuseWhatIsNot({ embeddings, hiddenStates }))) done.push(record);
      }
      return done;
    },
  };
}

/** A network, and what its records tell of it: one object, which is made into text once. */
export interface Opened {
  network: Network;
  told: NonNullable<SentenceRecord['network']>;
}

function withTold(network: Network): Opened {
  const { cell, layers, units, directions } = network.shape;
  return { network, told: { cell, layers, units, directions: [...directions] } };
}

const sequenceOf = ({ embeddings, mask }: SentenceRecord): Sequence => ({ inputs: embeddings!, mask });

/** Rejects a record without word vectors, or with a mask of another length. Whether the vectors are finite the network sees. */
function usable(record: SentenceRecord, context: StepContext): boolean {
  return accepts(record, context, () => {
    const { shape } = need(record, 'embeddings');
    const { mask } = record;
    if (mask !== undefined && mask.length !== shape[0])
      throw new PipeError('data', 'mask and embeddings differ in length', {
        expected: `${shape[0]} time steps`,
        found: String(mask.length),
        hint: 'run pad and embed again',
      });
  });
}

function fits(record: SentenceRecord, { shape }: Network, context: StepContext): boolean {
  return accepts(record, context, () => {
    const [timeSteps, found] = record.embeddings!.shape;
    if (timeSteps! > 0 && found !== shape.inputSize)
      throw new PipeError('mismatch', 'the word vectors have another size than the network reads', {
        expected: String(shape.inputSize),
        found: String(found),
        hint: 'embed with --dim or --vectors of the size that the weights were made for',
      });
  });
}

/** @throws PipeError('data') for the first number that is not finite, the first field's first */
function refuseWhatIsNot(finite: Readonly<Record<string, Tensor | undefined>>): void {
  for (const [name, tensor] of Object.entries(finite)) {
    const at = tensor ? firstNotFinite(tensor.data) : -1;
    if (at < 0) continue;
    const width = tensor!.shape[1]!;
    throw new PipeError('data', `${name} hold a number that is not finite`, {
      found: `${tensor!.data[at]} at time step ${Math.floor(at / width) + 1}, unit ${at % width}`,
      hint: 'see the word vectors or weights that it comes from',
    });
  }
}

function accepts(record: SentenceRecord, context: StepContext, check: () => void): boolean {
  let good = false;
  attempt(record, context, () => {
    check();
    good = true;
  });
  return good;
}
