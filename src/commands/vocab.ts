/** `vocab`: counts the tokens of a corpus and numbers them; also in parts, by many machines. */
import { spillFolder } from '../corpus/spill.js';
import { PipeError } from '../errors.js';
import { readText } from '../io/file.js';
import { writeDocument } from '../io/output.js';
import { formatCounts, parseCounts, type TokenCounts } from '../text/counts.js';
import { formatVocabulary, vocabularyOf } from '../text/vocabulary.js';
import type { FeatureOptions } from '../text/features.js';
import { flagOf, type CommandDefinition, type Invocation, type OptionDefinition, type Options } from './command.js';
import { DOCUMENT_OUTPUT, RECORD_INPUT, wholeNumber, WORKERS } from './options.js';
import type { Summary } from './report.js';
import { foldStages } from './runner.js';
import { withRequest } from './step-command.js';
import { limitsOf, MAX_MEMORY, openSum, sumOf, type Sum } from './sum-counts.js';

/** The options that decide which tokens get a number; `run` has them too. */
export const COUNTING: readonly OptionDefinition[] = [
  {
    flags: '--min-count <n>',
    about: 'leave out tokens that are seen less often than this',
    default: 1,
    parse: wholeNumber('--min-count', 1),
  },
  {
    flags: '--max-size <n>',
    about: 'keep only so many tokens, the most frequent ones; the four special tokens count',
    parse: wholeNumber('--max-size', 5),
  },
  {
    flags: '--ngrams <n>',
    about: 'number runs of n neighbouring tokens too: a second feature, ngramIds',
    parse: wholeNumber('--ngrams', 2),
  },
  { flags: '--affixes', about: 'number the first and last characters of tokens too, out of one list: features prefixIds and suffixIds' },
];

/** What is counted beside tokens, of the options. */
export const featuresIn = ({ ngrams, affixes }: Options): FeatureOptions => ({
  ngrams: ngrams as number | undefined,
  affixes: affixes === true,
});

export const vocabCommand: CommandDefinition = {
  description: `Counts tokens and numbers them: <pad> 0, <unk> 1, <bos> 2, <eos> 3, then by falling count, ties by code point.
--partial writes mergeable counts instead, so that many machines can count; --merge makes one vocabulary of them, the same
bytes as one run over everything (with --partial: larger counts).`,
  argument: { name: '[input...]', about: 'tokens of "tokenize", or with --merge files of counts; - is stdin (default)' },
  options: [
    ...COUNTING,
    { flags: '--partial', about: 'write counts instead of a vocabulary, for --merge' },
    { flags: '--merge', about: 'make one vocabulary of counts that --partial wrote' },
    MAX_MEMORY,
    ...RECORD_INPUT,
    ...DOCUMENT_OUTPUT,
    WORKERS,
  ],
  examples: [
    'rnn-pipe vocab examples/tokens.jsonl -o vocabulary.json',
    'rnn-pipe vocab --partial examples/tokens.jsonl -o a.counts.json && rnn-pipe vocab --merge a.counts.json -o vocabulary.json',
  ],
  run: async (invocation) => {
    const { options, report } = invocation;
    const partial = options['partial'] === true;
    if (partial)
      for (const [name, flag] of [
        ['minCount', '--min-count'],
        ['maxSize', '--max-size'],
      ] as const)
        if (invocation.given.has(name))
          throw new PipeError('usage', `${flag} does not apply to --partial`, { hint: 'partial counts are whole; give it with --merge' });
    const spilled = spillFolder();
    try {
      if (options['merge'] === true) await merge(invocation, spilled.path);
      else report.summary(await count(invocation, spilled.path));
    } finally {
      spilled.remove();
    }
  },
};

async function count(invocation: Invocation, folder: string): Promise<Summary> {
  const { options } = invocation;
  return withRequest(invocation, [], false, async (request) => {
    // as many threads as hold counts share what may be held
    const memory = { most: limitsOf(options).maxMemory / request.pool.size, folder };
    return (await foldStages(request, 'counts', { ...featuresIn(options), memory }, (parts) => made(parts, invocation))).summary;
  });
}

async function merge(invocation: Invocation, folder: string): Promise<void> {
  const { inputs, given, options } = invocation;
  for (const name of ['ngrams', 'affixes'])
    if (given.has(name))
      throw new PipeError('usage', `${flagOf(name)} does not apply to --merge`, { hint: 'the counts already have theirs' });
  if (inputs.length === 0)
    throw new PipeError('usage', '--merge has nothing to merge', { hint: 'rnn-pipe vocab --merge a.counts.json b.counts.json' });
  let sum: Sum | undefined;
  for (const file of inputs) {
    const part = await parseCounts(await readText(file, 'counts'), file);
    sum ??= openSum(part, limitsOf(options).maxMemory, folder);
    await sum.add(part);
  }
  await made([sum!.counts()], invocation);
}

/** The document of all counts. */
async function made(parts: readonly TokenCounts[], invocation: Invocation): Promise<void> {
  const { options, report } = invocation;
  const limits = limitsOf(options);
  const { counts, leftOut } = await sumOf(parts, limits);
  if (options['partial'] === true) return save(formatCounts(counts), invocation);
  const vocabulary = vocabularyOf(counts, { ...limits, leftOut });
  await save(formatVocabulary(vocabulary), invocation);
  report.note(`${vocabulary.tokens.length} tokens, vocabulary ${vocabulary.hash}`);
}

async function save(text: string, { options, report, inputs }: Invocation): Promise<void> {
  const path = String(options['output']);
  if (path === '-') await report.data(text);
  else await writeDocument(path, text, { force: options['force'] === true, inputs: inputs.length > 0 ? inputs : ['-'] });
}
