/** Step 5 as a command: ids to word vectors. */
import { PipeError } from '../errors.js';
import { FIELDS_OF_IDS } from '../formats/features.js';
import { readVectors } from '../io/vectors.js';
import { pretrainedEmbeddings, randomEmbeddings, trainedColumns, type EmbeddingTable } from '../model/embedding.js';
import { embed, type EmbedOptions } from '../steps/embed.js';
import type { Vocabulary } from '../text/vocabulary.js';
import type { Options, StepCommand } from './command.js';
import { loadVocabulary } from './loading.js';
import { MODEL_OPTION, modelOf, refuseDecided } from './model-option.js';
import { wholeNumber } from './options.js';

async function tableOf(options: Options, vocabulary: Vocabulary): Promise<EmbeddingTable> {
  const seed = Number(options['seed']);
  const [file, dim] = [options['vectors'] as string | undefined, options['dim'] as number | undefined];
  if (file === undefined) return randomEmbeddings({ rows: vocabulary.tokens.length, dim: dim ?? 128, seed });
  const { dim: found, vectors } = await readVectors(file, new Set(vocabulary.tokens));
  if (dim !== undefined && dim !== found)
    throw new PipeError('mismatch', 'the vectors have another size than --dim', {
      expected: String(dim),
      found: String(found),
      place: { file },
      hint: 'leave --dim out',
    });
  return pretrainedEmbeddings({ tokens: vocabulary.tokens, dim: found, vectors, seed });
}

async function embedOptions(options: Options): Promise<EmbedOptions> {
  const model = await modelOf(options);
  if (!model) {
    const vocabulary = await loadVocabulary(options);
    return { columns: [{ field: 'ids', table: await tableOf(options, vocabulary) }], vocabularyHash: vocabulary.hash };
  }
  const { document, parameters, vocabulary } = model;
  return { columns: trainedColumns(document, parameters), vocabularyHash: vocabulary.hash };
}

export const embedCommand: StepCommand = {
  description: `Gives each id its word vector: seeded random ones, or those of a file (word2vec text and binary, GloVe, fastText .vec; also .gz),
where tokens without a vector get a random one and are counted; or the trained ones of a model, with those of n-grams, and of first and last characters, beside the token's where it reads them. Padding is all zeros.`,
  options: [
    { flags: '--vocab <file>', about: 'the vocabulary of the ids, as "rnn-pipe vocab" writes it' },
    MODEL_OPTION,
    { flags: '--dim <n>', about: 'size of a word vector (default: 128, or that of --vectors)', parse: wholeNumber('--dim', 1) },
    { flags: '--vectors <file>', about: 'word vectors from a file: word2vec, GloVe or fastText' },
    { flags: '--seed <n>', about: 'seed of all random vectors and weights', default: 1, parse: wholeNumber('--seed', 0) },
  ],
  examples: ['rnn-pipe embed examples/padded.jsonl --vocab examples/vocabulary.json --dim 4 --seed 1'],
  stage: {
    parallel: true,
    large: true,
    rawText: false,
    looksAt: ['id', 'vocabulary', 'mask', ...FIELDS_OF_IDS],
    check: (options, given) => refuseDecided(options, given, ['vocab', 'dim', 'vectors', 'seed']),
    prepare: async (options) => embed(await embedOptions(options)),
  },
};
