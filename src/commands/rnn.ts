/** Step 6 as a command: a recurrent network over word vectors. */
import { PipeError } from '../errors.js';
import { readBytes } from '../io/file.js';
import { CELL_NAMES, type CellName } from '../model/cells/index.js';
import { loadNetwork, type Layout, type Loaded } from '../model/layouts.js';
import { openNetwork, type Network } from '../model/network.js';
import { networkWeights } from '../model/parameters.js';
import { randomWeights, type Direction, type NetworkShape } from '../model/shape.js';
import { withSums } from '../model/sums.js';
import { readWeights } from '../model/weights.js';
import { rnn, type RnnOptions } from '../steps/rnn.js';
import { rnnRows } from '../steps/rows/rnn.js';
import type { Options, StepCommand } from './command.js';
import { ENGINE_OPTIONS, engineOf } from './engine-options.js';
import { MODEL_OPTION, modelOf, refuseDecided } from './model-option.js';
import { wholeNumber } from './options.js';

/** Options that the weights' file tells; given beside it they must agree with it. */
const TOLD_BY_WEIGHTS = { units: '--units', layers: '--layers' } as const;

/** Options that a model decides. */
const DECIDED = ['cell', 'units', 'layers', 'bidirectional', 'backwards', 'reset', 'weights', 'layout', 'seed'];

function check(options: Options, given: ReadonlySet<string>): void {
  refuseDecided(options, given, DECIDED);
  const apply = (flag: string, to: string): PipeError => new PipeError('usage', `${flag} does not apply`, { hint: `it goes with ${to}` });
  if (options['reset'] !== undefined && options['cell'] !== 'gru') throw apply('--reset', '--cell gru');
  if (options['sums'] === true && options['trace'] !== true) throw apply('--sums', '--trace');
  if (options['layout'] !== undefined && options['weights'] === undefined) throw apply('--layout', '--weights');
  if (options['weights'] !== undefined && options['layout'] === undefined)
    throw new PipeError('usage', '--weights needs the layout of the file', { hint: '--layout pytorch or --layout keras' });
  if (options['backwards'] === true && options['bidirectional'] === true)
    throw apply('--backwards', 'one direction: leave --bidirectional out');
}

/** The network that the options describe, for word vectors of this size. */
async function networkOf(options: Options, inputSize: number): Promise<Loaded & { quantized?: boolean }> {
  const model = await modelOf(options);
  if (model) {
    const { network, quantize } = model.document;
    return { shape: network, weights: networkWeights(network, model.parameters), quantized: quantize !== undefined };
  }
  const [cell, resetAfter] = [options['cell'] as CellName, options['reset'] !== 'before'];
  const file = options['weights'] as string | undefined;
  if (file !== undefined) return loadedNetwork(options, file, cell, resetAfter);
  const directions: Direction[] = options['bidirectional'] ? ['forward', 'backward'] : [options['backwards'] ? 'backward' : 'forward'];
  const shape: NetworkShape = {
    cell,
    inputSize,
    units: Number(options['units'] ?? 128),
    layers: Number(options['layers'] ?? 1),
    directions,
    resetAfter,
  };
  return { shape, weights: randomWeights(shape, Number(options['seed'])) };
}

async function loadedNetwork(options: Options, file: string, cell: CellName, resetAfter: boolean): Promise<Loaded> {
  try {
    const loaded = loadNetwork(readWeights(await readBytes(file)), options['layout'] as Layout, cell, resetAfter);
    for (const [name, flag] of Object.entries(TOLD_BY_WEIGHTS)) {
      const [asked, found] = [options[name], loaded.shape[name as 'units']];
      if (asked !== undefined && asked !== found)
        throw new PipeError('mismatch', `the weights are not those of ${flag} ${asked as number}`, {
          found: String(found),
          hint: `leave ${flag} out: the file tells it`,
        });
    }
    if (options['bidirectional'] === true && loaded.shape.directions.length === 1)
      throw new PipeError('mismatch', 'the weights are of one direction', {
        expected: 'two',
        hint: 'leave --bidirectional out: the file tells it',
      });
    if (options['backwards'] !== true) return loaded;
    return { ...loaded, shape: { ...loaded.shape, directions: ['backward'] } };
  } catch (error) {
    throw error instanceof PipeError ? error.at({ file }) : error;
  }
}

export async function openNetworkOf(options: Options, inputSize: number): Promise<Network> {
  const { shape, weights, quantized } = await networkOf(options, inputSize);
  const network = await openNetwork(await engineOf(options), shape, weights, options['trace'] === true, quantized);
  return options['sums'] === true ? withSums(network, weights, quantized) : network;
}

const rnnOptions = (options: Options): RnnOptions => ({
  open: (inputSize) => openNetworkOf(options, inputSize),
  keepEmbeddings: options['keepEmbeddings'] === true,
  batchSize: Number(options['batchSize']),
  traced: options['trace'] === true,
});

export const rnnCommand: StepCommand = {
  description: `Runs an RNN, LSTM or GRU over the word vectors. Masked time steps are not computed: padding cannot change a state, and their rows
are zeros. --trace adds the cell state and every gate of every layer and direction. Without --model or --weights the weights are seeded random ones.`,
  options: [
    MODEL_OPTION,
    { flags: '--cell <name>', about: 'kind of cell', choices: CELL_NAMES, default: 'lstm' },
    { flags: '--units <n>', about: 'size of a hidden state (default: 128, or that of --weights)', parse: wholeNumber('--units', 1) },
    { flags: '--layers <n>', about: 'layers, one above the other (default: 1, or that of --weights)', parse: wholeNumber('--layers', 1) },
    { flags: '--bidirectional', about: 'read the sentence both ways; the two states of a time step stand side by side' },
    { flags: '--backwards', about: 'read the sentence from its last token to its first' },
    {
      flags: '--reset <when>',
      about: 'GRU: the reset gate acts after the recurrent product (default, as in PyTorch) or before it',
      choices: ['after', 'before'],
    },
    { flags: '--trace', about: 'add the cell state and every gate at every time step' },
    { flags: '--sums', about: 'add to the trace what the word vector and the state before bring to each gate (for draw)' },
    { flags: '--keep-embeddings', about: 'keep the word vectors in the records' },
    { flags: '--weights <file>', about: 'trained weights, a safetensors file (with --layout)' },
    { flags: '--layout <name>', about: 'whose names and order of gates the file of --weights has', choices: ['pytorch', 'keras'] },
    {
      flags: '--batch-size <n>',
      about: 'sentences that go through the network together',
      default: 64,
      parse: wholeNumber('--batch-size', 1),
    },
    { flags: '--seed <n>', about: 'seed of all random vectors and weights', default: 1, parse: wholeNumber('--seed', 0) },
    ...ENGINE_OPTIONS,
  ],
  examples: [
    'rnn-pipe rnn examples/embeddings.jsonl --cell lstm --units 3 --seed 1',
    'rnn-pipe rnn examples/embeddings.jsonl --cell gru --units 8 --bidirectional --trace -o states.jsonl',
  ],
  stage: {
    parallel: false,
    rawText: false,
    looksAt: ['embeddings', 'mask'],
    // what is handed on unread is looked at where it is read
    refuses: ({ keepEmbeddings }) => (keepEmbeddings === true ? [] : ['embeddings']),
    check,
    prepare: (options) => Promise.resolve(rnn(rnnOptions(options))),
    prepareRows: (options) => Promise.resolve(rnnRows(rnnOptions(options))),
  },
};
