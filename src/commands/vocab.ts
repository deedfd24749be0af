/** `vocab`: counts the tokens of a corpus and numbers them; also in parts, by many machines. */
import { PipeError } from '../errors.js';
import { readText } from '../io/file.js';
import { writeDocument } from '../io/output.js';
import { formatCounts, mergeCounts, parseCounts, type TokenCounts } from '../text/counts.js';
import { formatVocabulary, vocabularyOf } from '../text/vocabulary.js';
import type { FeatureOptions } from '../text/features.js';
import { flagOf, type CommandDefinition, type Invocation, type OptionDefinition, type Options } from './command.js';
import { DOCUMENT_OUTPUT, RECORD_INPUT, wholeNumber, WORKERS } from './options.js';
import type { Summary } from './report.js';
import { foldStages } from './runner.js';
import { withRequest } from './step-command.js';

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
    const { counts, summary } = options['merge'] === true ? { counts: await merged(invocation) } : await counted(invocation);
    if (partial) await save(formatCounts(counts), invocation);
    else {
      const vocabulary = vocabularyOf(counts, { minCount: Number(options['minCount']), maxSize: options['maxSize'] as number | undefined });
      await save(formatVocabulary(vocabulary), invocation);
      report.note(`${vocabulary.tokens.length} tokens, vocabulary ${vocabulary.hash}`);
    }
    if (summary) report.summary(summary);
  },
};

async function counted(invocation: Invocation): Promise<{ counts: TokenCounts; summary?: Summary }> {
  const { options } = invocation;
  return withRequest(invocation, [], false, async (request) => {
    const { accumulator, summary } = await foldStages(request, 'counts', featuresIn(options));
    return { counts: accumulator, summary };
  });
}

async function merged({ inputs, given }: Invocation): Promise<TokenCounts> {
  for (const name of ['ngrams', 'affixes'])
    if (given.has(name))
      throw new PipeError('usage', `${flagOf(name)} does not apply to --merge`, { hint: 'the counts already have theirs' });
  if (inputs.length === 0)
    throw new PipeError('usage', '--merge has nothing to merge', { hint: 'rnn-pipe vocab --merge a.counts.json b.counts.json' });
  const parts = await Promise.all(inputs.map(async (file) => parseCounts(await readText(file, 'counts'), file)));
  return mergeCounts(parts);
}

async function save(text: string, { options, report, inputs }: Invocation): Promise<void> {
  const path = String(options['output']);
  if (path === '-') await report.data(text);
  else await writeDocument(path, text, { force: options['force'] === true, inputs: inputs.length > 0 ? inputs : ['-'] });
}
