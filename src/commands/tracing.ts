/**
 * What a sentence is traced with: the model; or, where another segmenter or cell is asked for, what the steps make without a model, of the
 * same sizes, with seeded random weights. Either way the numbers are those of the commands that are told with them.
 */
import type { Engine, Program } from '../engine/ops.js';
import { tableSizes } from '../formats/features.js';
import type { HeadDefinition, ModelShape } from '../formats/model.js';
import type { SentenceRecord } from '../formats/record.js';
import { attentionWeights } from '../model/attentive.js';
import { compileHead } from '../model/build.js';
import { randomEmbeddings, trainedColumns } from '../model/embedding.js';
import { compileClassifier, randomClassifier } from '../model/heads/classify.js';
import { openNetwork, type Network } from '../model/network.js';
import { drawParameters, networkWeights, type Parameters } from '../model/parameters.js';
import { takeOf } from '../model/pooling.js';
import { randomWeights, type NetworkShape, type NetworkWeights } from '../model/shape.js';
import { withSums } from '../model/sums.js';
import { Refusal } from '../serve/refusal.js';
import type { TraceRequest } from '../serve/schemas.js';
import type { ClassifyOptions } from '../steps/classify.js';
import type { EmbedOptions } from '../steps/embed.js';
import type { OutputOptions } from '../steps/output.js';
import type { Predictor } from '../steps/predict.js';
import { addTokens, newCounts } from '../text/counts.js';
import { vocabularyOf, type Vocabulary } from '../text/vocabulary.js';
import { quoted } from './quoted.js';

/** The steps from `encode` on, ready to be made. */
interface Made {
  weights: 'trained' | 'random';
  /** where the numbers are from */
  note: string;
  vocabulary: Vocabulary;
  embed: EmbedOptions;
  network: Network;
  withSums: Network;
  output: OutputOptions;
  classify: ClassifyOptions;
  commands: Record<'encode' | 'embed' | 'rnn' | 'output' | 'classify', string>;
}

export type Tracing = (request: TraceRequest, tokenized: SentenceRecord) => Promise<Made>;

/** Networks of random weights that are kept ready. */
const MOST_KEPT = 6;

export function tracing(predictor: Predictor, engine: Engine, folder: string): Tracing {
  const { document, vocabulary } = predictor;
  const trained = once(() => trainedModel(predictor, engine, folder));
  const random = kept((cell: NetworkShape['cell'], seed: number) => randomModel(predictor, engine, cell, seed), MOST_KEPT);
  return async ({ cell = document.network.cell, seed }, tokenized) => {
    const others = tokenized.segmenter !== vocabulary.segmenter;
    if (cell === document.network.cell && !others) {
      if (seed === undefined) return trained();
      throw new Refusal('wrong-body', '"seed" is wrong: the weights are trained, none is drawn', 'leave it out, or choose another cell');
    }
    const words = others ? ofSentence(tokenized) : vocabulary;
    const why = [
      ...(cell === document.network.cell ? [] : [`the model’s cell is ${document.network.cell}`]),
      ...(others ? ['the model knows the words of another segmenter; these ids are of this sentence alone'] : []),
    ];
    const vocab = `--vocab ${others ? 'vocabulary.json' : quoted(`${folder}/vocabulary.json`)}`;
    const { commands, ...made } = await random(cell, seed ?? 1);
    const [rows, dim] = [words.tokens.length, document.embedding.dim];
    return {
      ...made,
      note: `random weights of seed ${seed ?? 1}, so that the answer means nothing: ${why.join('; ')}`,
      vocabulary: words,
      embed: { columns: [{ field: 'ids', table: randomEmbeddings({ rows, dim, seed: seed ?? 1 }) }], vocabularyHash: words.hash },
      commands: { ...commands, encode: `encode ${vocab}`, embed: `embed ${vocab} --dim ${dim} --seed ${seed ?? 1}` },
    };
  };
}

/** The vocabulary that `vocab` makes of one sentence. */
function ofSentence(record: SentenceRecord): Vocabulary {
  const counts = newCounts();
  addTokens(counts, record);
  return vocabularyOf(counts, { minCount: 1 });
}

async function trainedModel({ document, parameters, vocabulary }: Predictor, engine: Engine, folder: string): Promise<Made> {
  const { head, network, quantize } = document;
  const weights = networkWeights(network, parameters);
  const model = `--model ${quoted(folder)}`;
  return {
    weights: 'trained',
    note: 'the weights of the model',
    vocabulary,
    embed: { columns: trainedColumns(document, parameters), vocabularyHash: vocabulary.hash },
    ...both(await openNetwork(engine, network, weights, true, quantize !== undefined), weights, quantize !== undefined),
    output: outputOf(head, parameters),
    classify: shared(await compileHead(engine, document, parameters), head, parameters),
    commands: {
      encode: `encode ${model}`,
      embed: `embed ${model}`,
      rnn: `rnn ${model}`,
      output: `output ${model}`,
      classify: `classify ${model}`,
    },
  };
}

interface Random extends Omit<Made, 'note' | 'vocabulary' | 'embed' | 'commands'> {
  commands: Omit<Made['commands'], 'encode' | 'embed'>;
  close: () => Promise<void>;
}

async function randomModel({ document }: Predictor, engine: Engine, cell: NetworkShape['cell'], seed: number): Promise<Random> {
  const { embedding, head: trained } = document;
  // attention has weights of its own, which no step draws
  const head = 'take' in trained && trained.take === 'attention' ? { ...trained, take: 'last' as const } : trained;
  const network: NetworkShape = { ...document.network, cell, inputSize: embedding.dim, resetAfter: true };
  const shape: ModelShape = {
    embedding: { dim: embedding.dim, rows: 5, ...tableSizes({}) },
    network: { ...network, directions: [...network.directions] },
    head,
  };
  const parameters = drawParameters(shape, seed);
  const width = network.units * network.directions.length;
  const program =
    head.task === 'classify'
      ? await compileClassifier(engine, randomClassifier(width, head.labels.length, seed))
      : await compileHead(engine, shape, parameters);
  const weights = randomWeights(network, seed);
  const states = await openNetwork(engine, network, weights, true);
  const drawn = `--seed ${seed}`;
  const ways = network.directions.length > 1 ? ' --bidirectional' : network.directions[0] === 'backward' ? ' --backwards' : '';
  return {
    weights: 'random',
    ...both(states, weights),
    close: async () => {
      await states.close();
      await program.close();
    },
    output: outputOf(head, parameters),
    classify: shared(program, head, parameters),
    commands: {
      rnn: `rnn --cell ${cell} --units ${network.units} --layers ${network.layers}${ways} ${drawn}`,
      output: `output --take ${takeOf(head) ?? 'all'}`,
      classify:
        head.task === 'classify'
          ? `classify --labels ${quoted(head.labels.join(','))} ${drawn}`
          : `train --task ${head.task} … (random weights)`,
    },
  };
}

/** A network that stays open when a step is done with it, also with the sums inside its gates. */
function both(opened: Network, weights: NetworkWeights, quantized = false): Pick<Made, 'network' | 'withSums'> {
  const network = { ...opened, close: () => Promise.resolve() };
  return { network, withSums: withSums(network, weights, quantized) };
}

function outputOf(head: HeadDefinition, parameters: Parameters): OutputOptions {
  const take = takeOf(head) ?? 'all';
  return take === 'attention' ? { take, weights: attentionWeights(parameters) } : { take };
}

const shared = (program: Program, definition: HeadDefinition, parameters: Parameters): ClassifyOptions => ({
  definition,
  parameters,
  open: () => Promise.resolve({ ...program, close: () => Promise.resolve() }),
});

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** What was made last, by what it was made of. Requests come one after another, so what is closed is not in use. */
function kept<Key extends unknown[], T extends { close: () => Promise<void> }>(
  make: (...key: Key) => Promise<T>,
  most: number,
): (...key: Key) => Promise<T> {
  const all = new Map<string, T>();
  return async (...key) => {
    const name = key.join(' ');
    const found = all.get(name) ?? (await make(...key));
    all.delete(name);
    all.set(name, found);
    const [oldest] = all;
    if (all.size > most && oldest) {
      all.delete(oldest[0]);
      await oldest[1].close();
    }
    return found;
  };
}
