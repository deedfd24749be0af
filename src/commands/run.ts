/**
 * `run`: any stretch of the steps in one process, without files between them.
 * The bytes are those that the steps give through files. Where the stretch needs what only the whole text can tell
 * (a vocabulary, the longest sentence), the input is read once before.
 */
import { PipeError } from '../errors.js';
import { replayable } from '../io/replay.js';
import { formatVocabulary, vocabularyOf } from '../text/vocabulary.js';
import type { CommandDefinition, Invocation, OptionDefinition } from './command.js';
import { RECORD_OUTPUT, TEXT_INPUT, WORKERS } from './options.js';
import { PREDICT, predictReading, predictStretch, type Part } from './predict-stretch.js';
import { foldStages, type RunRequest } from './runner.js';
import { refuseWholeText } from './shard.js';
import { STEPS, type Stage } from './stages.js';
import { passBefore, refuseStray, runAndTell, withLength, withRequest } from './step-command.js';
import { COUNTING } from './vocab.js';

/** The steps that a run can consist of, with their options: those of a run are the options of all. */
export const STRETCH: Part[] = [];
for (const { name, load } of STEPS) if (name !== 'decode') STRETCH.push({ name, ...(await load()) });
const NAMES = [...STRETCH.map(({ name }) => name), PREDICT.name];

/** Every step's options, each name once: a name means the same in every step that has it. */
export const STEP_OPTIONS: OptionDefinition[] = [
  ...new Map([...[PREDICT, ...STRETCH].flatMap(({ options }) => options), ...COUNTING].map((option) => [option.flags, option])).values(),
];

export const runCommand: CommandDefinition = {
  description: `Runs the steps from --from to --to in memory: the same bytes as through files. Takes the options of every step in the stretch.
Without --vocab the vocabulary is made from the input itself, as "vocab" would make it. --to predict: all of a model
(--model) in place of the steps from tokenize on; --from predict for a text a line, as the command "predict" reads it.`,
  argument: { name: '[input...]', about: 'raw text, TSV, CSV or JSONL; or the records that --from needs; - is stdin (default)' },
  options: [
    { flags: '--from <step>', about: 'the first step', choices: NAMES, default: 'sentences' },
    { flags: '--to <step>', about: 'the last step', choices: NAMES, default: 'output' },
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
    const [from, to] = [NAMES.indexOf(String(options['from'])), NAMES.indexOf(String(options['to']))];
    if (from > to)
      throw new PipeError('usage', '--from comes after --to', {
        found: `${NAMES[from]} … ${NAMES[to]}`,
        hint: `the order is ${NAMES.join(', ')}`,
      });
    const predicts = NAMES[to] === PREDICT.name;
    const steps: Part[] = predicts ? predictStretch(NAMES[from]!) : STRETCH.slice(from, to + 1);
    refuseStray(
      given,
      namesOf([...steps.flatMap((step) => step.options), ...(predicts ? [] : COUNTING), ...COMMON]),
      `it belongs to none of the steps ${NAMES[from]} … ${NAMES[to]}`,
    );
    for (const { stage } of steps) stage.check?.(options, given);
    const stages = steps.map(({ name }): Stage => ({ name, options }));
    await withRequest(invocation, stages, steps[0]!.stage.rawText, async (request) =>
      runAndTell(
        invocation,
        await withLength(await withVocabulary({ ...request, read: { ...request.read, ...predictReading(steps) } }, invocation)),
      ),
    );
  },
};

const COMMON: OptionDefinition[] = [
  ...[...TEXT_INPUT, ...RECORD_OUTPUT, WORKERS],
  ...['--from <step>', '--to <step>'].map((flags) => ({ flags, about: '' })),
];

/** `-o, --output <file>` → output; `--max-chars <n>` → maxChars */
export function namesOf(options: readonly OptionDefinition[]): Set<string> {
  return new Set(
    options.map(({ flags }) => /--([a-z-]+)/.exec(flags)![1]!.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())),
  );
}

/** The request with a vocabulary made from its own input, where a step needs one and none was given. */
async function withVocabulary(request: RunRequest, { options, report }: Invocation): Promise<RunRequest> {
  const first = request.stages.findIndex(({ name }) => name === 'encode');
  if (first < 0 || options['vocab'] !== undefined || options['model'] !== undefined) return request;
  if (options['shard'] !== undefined) refuseWholeText('a part gives no vocabulary of all', 'give one: --vocab vocabulary.json');
  const again = { ...request, inputs: await replayable(request.inputs) };
  const ngrams = options['ngrams'] as number | undefined;
  const { accumulator } = await foldStages(passBefore({ ...again, stages: request.stages.slice(0, first) }), 'counts', { ngrams });
  const vocabulary = vocabularyOf(accumulator, {
    minCount: Number(options['minCount']),
    maxSize: options['maxSize'] as number | undefined,
  });
  report.note(`the vocabulary was made from the input: ${vocabulary.tokens.length} tokens`);
  const vocabText = formatVocabulary(vocabulary);
  return { ...again, stages: request.stages.map((stage): Stage => ({ ...stage, options: { ...stage.options, vocabText } })) };
}
