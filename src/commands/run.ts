/**
 * `run`: any stretch of the steps in one process, without files between them.
 * The bytes are those that the steps give through files. Where the stretch needs what only the whole text can tell
 * (a vocabulary, the longest sentence), the input is read once before.
 */
import { replayable } from '../io/replay.js';
import { formatVocabulary, vocabularyOf } from '../text/vocabulary.js';
import { namesOf, type CommandDefinition, type Invocation, type OptionDefinition } from './command.js';
import { RECORD_OUTPUT, TEXT_INPUT, WORKERS } from './options.js';
import { foldStages, type RunRequest } from './runner.js';
import { refuseWholeText } from './shard.js';
import type { Stage } from './stages.js';
import { passBefore, refuseStray, runAndTell, withLength, withRequest } from './step-command.js';
import { isWhole, STRETCH, STRETCH_NAMES, stretchOf, stretchReading } from './stretch.js';
import { COUNTING, featuresIn } from './vocab.js';

/** Every step's options, each name once: a name means the same in every step that has it. */
export const STEP_OPTIONS: OptionDefinition[] = [
  ...new Map(
    [...[STRETCH.at(-1)!, ...STRETCH].flatMap(({ options }) => options), ...COUNTING].map((option) => [option.flags, option]),
  ).values(),
];

export const runCommand: CommandDefinition = {
  description: `Runs the steps from --from to --to in memory: the same bytes as through files. Takes the options of every step in the stretch.
Without --vocab the vocabulary is made from the input itself, as "vocab" would make it. --to predict, --to seq2seq: all of a
model (--model) in place of the steps from tokenize on; --from predict for a text a line, as the command "predict" reads it.`,
  argument: { name: '[input...]', about: 'raw text, TSV, CSV or JSONL; or the records that --from needs; - is stdin (default)' },
  options: [
    { flags: '--from <step>', about: 'the first step', choices: STRETCH_NAMES, default: 'sentences' },
    { flags: '--to <step>', about: 'the last step', choices: STRETCH_NAMES, default: 'output' },
    ...STEP_OPTIONS,
    ...TEXT_INPUT,
    ...RECORD_OUTPUT,
    WORKERS,
  ],
  examples: [
    'rnn-pipe run examples/news.txt --to output --dim 16 --units 8 -o outputs.jsonl',
    'rnn-pipe run examples/headlines.tsv --whole --to classify --labels finance,sports',
  ],
  run: async (invocation) => {
    const { options, given } = invocation;
    const [from, to] = [String(options['from']), String(options['to'])];
    const steps = stretchOf(from, to);
    refuseStray(
      given,
      namesOf([...steps.flatMap((step) => step.options), ...(isWhole(steps) ? [] : COUNTING), ...COMMON]),
      `it belongs to none of the steps ${from} … ${to}`,
    );
    for (const { stage } of steps) stage.check?.(options, given);
    const stages = steps.map(({ name }): Stage => ({ name, options }));
    await withRequest(invocation, stages, steps[0]!.stage.rawText, async (request) =>
      runAndTell(
        invocation,
        await withLength(await withVocabulary({ ...request, read: { ...request.read, ...stretchReading(steps) } }, invocation)),
      ),
    );
  },
};

const COMMON: OptionDefinition[] = [
  ...[...TEXT_INPUT, ...RECORD_OUTPUT, WORKERS],
  ...['--from <step>', '--to <step>'].map((flags) => ({ flags, about: '' })),
];

/** The request with a vocabulary made from its own input, where a step needs one and none was given. */
async function withVocabulary(request: RunRequest, { options, report }: Invocation): Promise<RunRequest> {
  const first = request.stages.findIndex(({ name }) => name === 'encode');
  if (first < 0 || options['vocab'] !== undefined || options['model'] !== undefined) return request;
  if (options['shard'] !== undefined) refuseWholeText('a part gives no vocabulary of all', 'give one: --vocab vocabulary.json');
  const again = { ...request, inputs: await replayable(request.inputs) };
  const before = passBefore({ ...again, stages: request.stages.slice(0, first) });
  const { result } = await foldStages(before, 'counts', featuresIn(options));
  const vocabulary = vocabularyOf(result, {
    minCount: Number(options['minCount']),
    maxSize: options['maxSize'] as number | undefined,
  });
  report.note(`the vocabulary was made from the input: ${vocabulary.tokens.length} tokens`);
  const vocabText = formatVocabulary(vocabulary);
  return { ...again, stages: request.stages.map((stage): Stage => ({ ...stage, options: { ...stage.options, vocabText } })) };
}
