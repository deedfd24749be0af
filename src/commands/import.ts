/** `import`: weights of PyTorch or Keras to a model's folder. */
import { PipeError } from '../errors.js';
import { tableSizes } from '../formats/features.js';
import { TAKES, type ModelShape, type Take } from '../formats/model.js';
import { Tensor } from '../formats/tensor.js';
import { readBytes, readText } from '../io/file.js';
import { CELL_NAMES, type CellName } from '../model/cells/index.js';
import { foundWeights } from '../model/exchange/found.js';
import { loadNetwork, type Layout } from '../model/layouts.js';
import { checkParameters } from '../model/model.js';
import { EMBEDDING } from '../model/parameters.js';
import { readWeights } from '../model/weights.js';
import { openSegmenter } from '../text/segmenters/index.js';
import { tokenList } from '../text/token-list.js';
import { parseVocabulary, type Vocabulary } from '../text/vocabulary.js';
import { nameOf, type CommandDefinition, type Invocation, type Options } from './command.js';
import { checkFree, loadModel, saveModel, type Unsaved } from './model-folder.js';
import { list, wholeNumber } from './options.js';
import { documented } from './segmenter-document.js';
import { checkSegmenter, refuseModelSegmenter, SEGMENTER_OPTIONS, segmenterOptions } from './tokenize.js';
import { version } from './version.js';

const SEGMENTING = SEGMENTER_OPTIONS.filter(({ flags }) => flags !== '--pos');

export const importCommand: CommandDefinition = {
  description: `Makes a model's folder of a safetensors file: nn.Embedding, one nn.LSTM, nn.GRU or nn.RNN, nn.Linear, or the same layers of Keras, whatever
the program calls them; what was taken for what is told. All but the weights comes from a model that has the same layers (--like), or from options:
the vocabulary in the order of the embedding's rows, the labels in the order of the logits, what cuts the text, and which states the linear layer reads.`,
  argument: { name: '<file>', about: 'weights.safetensors' },
  options: [
    { flags: '--layout <name>', about: 'whose names and order of gates the file has', choices: ['pytorch', 'keras'] },
    { flags: '--out <folder>', about: 'the model' },
    { flags: '--like <model>', about: 'a model whose vocabulary, labels and layers are those of the file' },
    { flags: '--vocab <file>', about: 'vocabulary.json, or tokens, one a line in the order of the embedding’s rows' },
    { flags: '--labels <names>', about: 'in the order of the logits: finance,sports', parse: list('--labels') },
    { flags: '--cell <name>', about: 'kind of cell (default: lstm)', choices: CELL_NAMES },
    {
      flags: '--reset <when>',
      about: 'GRU: the reset gate acts after the recurrent product (default) or before it',
      choices: ['after', 'before'],
    },
    { flags: '--take <what>', about: 'what the linear layer reads (default: last)', choices: TAKES.filter((take) => take !== 'attention') },
    { flags: '--max-length <n>', about: 'tokens of a text beyond this are cut (default: 256)', parse: wholeNumber('--max-length', 1) },
    { flags: '--map <ours=theirs>', about: 'which tensor is which, where it is not clear: linear.weight=fc2.weight', repeatable: true },
    ...SEGMENTING,
    { flags: '--force', about: 'replace the model if it exists' },
  ],
  examples: [
    'rnn-pipe train examples/headlines.tsv --out model --segmenter characters --units 8 --epochs 1 -q && rnn-pipe export model weights.safetensors --to pytorch && rnn-pipe import weights.safetensors --layout pytorch --like model --out model2',
  ],
  run: importing,
};

/** Options that `--like` tells. */
const TOLD_BY_LIKE: Readonly<Record<string, string>> = {
  vocab: '--vocab',
  labels: '--labels',
  cell: '--cell',
  reset: '--reset',
  take: '--take',
  maxLength: '--max-length',
  ...Object.fromEntries(SEGMENTING.map(({ flags }) => [nameOf(flags), /--[a-z-]+/.exec(flags)![0]])),
};

async function importing({ inputs, options, given, report }: Invocation): Promise<void> {
  const [file, out, layout] = [inputs[0]!, options['out'] as string | undefined, options['layout'] as Layout | undefined];
  if (out === undefined) throw new PipeError('usage', 'the model has no name', { hint: '--out model' });
  if (layout === undefined) throw new PipeError('usage', 'whose weights are these?', { hint: '--layout pytorch or --layout keras' });
  checkFree(out, options['force'] === true);
  const like = options['like'] as string | undefined;
  for (const [name, flag] of Object.entries(TOLD_BY_LIKE))
    if (like !== undefined && given.has(name))
      throw new PipeError('usage', `${flag} does not apply`, { hint: 'it goes with an import without --like' });
  checkSegmenter(options);
  refuseModelSegmenter(options);
  try {
    const tensors = mapped(readWeights(await readBytes(file)), (options['map'] ?? []) as string[]);
    const { document, vocabulary, answerVocabulary, rows } =
      like === undefined ? await fromOptions(tensors, layout, options) : await fromModel(like);
    const { parameters, taken, left } = foundWeights(tensors, layout, withRows(document, rows));
    parameters.set(EMBEDDING, embeddingOf(parameters.get(EMBEDDING)!, rows));
    checkParameters({ ...document, type: 'rnn-pipe model', version: 1, vocabulary: vocabulary.sha256, weights: '' }, parameters);
    for (const [ours, theirs] of taken) report.note(`${ours}: ${theirs}`);
    if (left.length > 0) report.note(`not used: ${left.join(', ')}`);
    await saveModel(out, { document, vocabulary, answerVocabulary, parameters, log: '' });
    report.say(out);
  } catch (error) {
    throw error instanceof PipeError ? error.at({ file }) : error;
  }
}

/** The shape that the file has: its table may lack rows for special tokens of ours. */
function withRows<D extends Pick<ModelShape, 'embedding'>>(document: D, rows: Int32Array | undefined): D {
  if (!rows) return document;
  return { ...document, embedding: { ...document.embedding, rows: rows.filter((row) => row >= 0).length } };
}

/** The tensors under the names that `--map` gives them. */
function mapped(tensors: ReadonlyMap<string, Tensor>, pairs: readonly string[]): Map<string, Tensor> {
  const named = new Map(tensors);
  for (const pair of pairs) {
    const [ours, theirs] = pair.split('=');
    if (!ours || !theirs)
      throw new PipeError('usage', '--map is wrong', { expected: 'ours=theirs, such as linear.weight=fc.weight', found: pair });
    const tensor = named.get(theirs);
    if (!tensor)
      throw new PipeError('mismatch', `there is no tensor "${theirs}"`, {
        found: [...tensors.keys()].slice(0, 12).join(', '),
        hint: 'see the names of the tensors: rnn-pipe inspect',
      });
    named.delete(theirs);
    named.set(ours, tensor);
  }
  return named;
}

interface Told {
  document: Unsaved['document'];
  vocabulary: Vocabulary;
  answerVocabulary?: Vocabulary | undefined;
  /** for each of our ids the row of the file's table; the same if undefined */
  rows?: Int32Array;
}

async function fromModel(folder: string): Promise<Told> {
  const { document, vocabulary, answerVocabulary } = await loadModel(folder);
  return { document: { ...document, rnnPipe: version, training: { imported: 'like another model' } }, vocabulary, answerVocabulary };
}

async function fromOptions(tensors: ReadonlyMap<string, Tensor>, layout: Layout, options: Options): Promise<Told> {
  const need = (name: string, hint: string): unknown => {
    if (options[name] !== undefined) return options[name];
    throw new PipeError('usage', `without --like the model needs --${name}`, { hint });
  };
  const vocabularyFile = String(need('vocab', '--vocab tokens.txt: one a line, in the order of the embedding’s rows'));
  const labels = need('labels', '--labels finance,sports: in the order of the logits') as string[];
  const segmenting = await segmenterOptions(options);
  const segmenter = await openSegmenter(segmenting);
  const { vocabulary, rows } = await vocabularyIn(vocabularyFile, segmenter.fingerprint);
  const network = loadNetwork(tensors, layout, (options['cell'] ?? 'lstm') as CellName, options['reset'] !== 'before').shape;
  const document: Unsaved['document'] = {
    rnnPipe: version,
    segmenter: documented(segmenting, segmenter),
    maxLength: Number(options['maxLength'] ?? 256),
    embedding: { dim: network.inputSize, rows: vocabulary.tokens.length, ...tableSizes({}) },
    network: { ...network, directions: [...network.directions] },
    head: { task: 'classify', take: (options['take'] ?? 'last') as Take, labels },
    training: { imported: layout },
  };
  return { document, vocabulary, ...(rows ? { rows } : {}) };
}

async function vocabularyIn(file: string, segmenter: string): Promise<{ vocabulary: Vocabulary; rows?: Int32Array }> {
  const text = await readText(file, 'vocabulary');
  if (!text.startsWith('{')) return tokenList(text, file, segmenter);
  const vocabulary = await parseVocabulary(text, file);
  if (vocabulary.segmenter !== '' && vocabulary.segmenter !== segmenter)
    throw new PipeError('mismatch', 'the vocabulary is of another segmenter', {
      place: { file },
      expected: segmenter,
      found: vocabulary.segmenter,
      hint: 'give the segmenter that cut its tokens: --segmenter',
    });
  return { vocabulary };
}

/** The table with its rows in the order of our ids; tokens that had no row get zeros, and so does `<pad>`, which no sentence reads. */
function embeddingOf({ shape, data }: Tensor, rows: Int32Array | undefined): Tensor {
  const [count, dim] = [rows?.length ?? shape[0]!, shape[1]!];
  const table = new Float32Array(count * dim);
  for (let id = 1; id < count; id++) {
    const row = rows ? rows[id]! : id;
    if (row >= 0) table.set(data.subarray(row * dim, (row + 1) * dim), id * dim);
  }
  return new Tensor([count, dim], table);
}
