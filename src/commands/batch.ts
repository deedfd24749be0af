/** `batch`: any stretch of the steps over a corpus of any size, on every core, with nothing lost when it is stopped or killed. */
import { runBatch } from './batch/run.js';
import { PLACES } from './batch/settings.js';
import type { CommandDefinition, OptionDefinition } from './command.js';
import { byteSize, TEXT_INPUT, wholeNumber } from './options.js';
import { STEP_OPTIONS } from './run.js';
import { MAX_MEMORY } from './sum-counts.js';

const READING = TEXT_INPUT.filter(({ flags }) => !/^--(on-bad|bad-out|shard)/.test(flags));

/** Options that a batch has whatever its steps are. */
const COMMON: readonly OptionDefinition[] = [
  { flags: '-o, --out <folder>', about: 'where results, ledger and manifest go: a new folder, or one to --resume' },
  { flags: '--from <step>', about: 'the first step', choices: PLACES, default: 'sentences' },
  {
    flags: '--to <step>',
    about: 'the last step; vocab: counts a shard, and one vocabulary.json of them',
    choices: PLACES,
    default: 'tokenize',
  },
  { flags: '--resume', about: 'go on with the run in --out: whatever is not proven done is done again' },
  { flags: '--format <format>', about: 'format of the results (default: jsonl)', choices: ['jsonl', 'arrow'] },
  {
    flags: '--shard-size <size>',
    about: 'text that is done at a time, and is one file of results; decides the shards, so it cannot change in a run',
    default: 4_000_000,
    parse: byteSize('--shard-size', 1),
  },
  {
    flags: '--workers <n>',
    about: 'processes that share the work; any number gives the same bytes (default: the cores)',
    parse: wholeNumber('--workers', 1),
  },
  {
    flags: '--worker-memory <size>',
    about: 'JavaScript objects that a worker may hold before it is ended; beside them it has its dictionary and model (see above)',
    default: 512 * 2 ** 20,
    parse: byteSize('--worker-memory', 2 ** 24),
  },
  { ...MAX_MEMORY, about: `--to vocab: ${MAX_MEMORY.about}` },
  {
    flags: '--on-bad <what>',
    about: 'put a bad record aside (part-*.bad, byte for byte) and go on, or stop at it',
    choices: ['quarantine', 'stop'],
    default: 'quarantine',
  },
  ...READING,
];

export const batchCommand: CommandDefinition = {
  description: `Cuts a corpus (files, folders, globs; text, TSV, CSV, JSONL, JSON, Arrow, WET, gzipped or not) into shards and does them in worker processes.
A shard's results are one file, whole or not there; a line in ledger.jsonl proves it; manifest.json comes last. The same bytes with any number of
--workers. A worker needs about 250 MB (with nodejieba 450), and the vocabulary and word vectors or model; what it reads is a
stream, so this does not grow with the corpus.`,
  argument: { name: '[input...]', about: 'files, folders and globs; with --resume the ones that the run was begun with, or none' },
  options: [...COMMON, ...STEP_OPTIONS],
  examples: [
    'rnn-pipe batch examples/news.txt examples/headlines.tsv --out results --to tokenize --workers 2 && rnn-pipe batch --out results --resume',
    "rnn-pipe batch 'examples/*.txt' --out counts --to vocab --min-count 2",
  ],
  run: (invocation) => runBatch(invocation, COMMON),
};
