/** What `run` and `batch` do between `--from` and `--to`: the steps in a row, at whose end one of several answers; or all of a model as one. */
import { PipeError } from '../errors.js';
import type { ReadOptions } from '../io/read.js';
import { classifyCommand } from './classify.js';
import type { StepCommand } from './command.js';
import { MODEL_OPTION } from './model-option.js';
import { PREDICT_OPTIONS, PREDICTION_READING, predictStage } from './predict.js';
import { STEPS } from './stages.js';

/** What a stretch consists of. */
export interface Part extends Pick<StepCommand, 'options' | 'stage'> {
  name: string;
}

const PREDICT: Part = {
  name: 'predict',
  options: [MODEL_OPTION, ...PREDICT_OPTIONS, ...classifyCommand.options.filter(({ flags }) => flags.startsWith('--top-k'))],
  stage: predictStage,
};

/** All that a stretch may consist of, in the order of the pipeline. */
export const STRETCH: Part[] = [];
for (const { name, load } of STEPS) if (name !== 'decode') STRETCH.push({ name, ...(await load()) });
STRETCH.push(PREDICT);

export const STRETCH_NAMES: readonly string[] = STRETCH.map(({ name }) => name);

const named = (...names: readonly string[]): Part[] => STRETCH.filter(({ name }) => names.includes(name));

/** All of a model, in place of the steps from tokenize on. */
const WHOLE = named('seq2seq', 'predict');

/** Step 8: each answers in its own way, and none reads what another has answered. */
const ANSWERS = named('classify', 'regress', 'tag');

const IN_A_ROW = STRETCH.filter((part) => !WHOLE.includes(part));

/** @throws PipeError('usage') where no stretch begins and ends so */
export function stretchOf(from: string, to: string): Part[] {
  const whole = WHOLE.find(({ name }) => name === to);
  if (whole) return wholeStretch(from, whole);
  const [begin, end] = [from, to].map((name) => IN_A_ROW.findIndex((part) => part.name === name)) as [number, number];
  const last = IN_A_ROW[end]!;
  const beside = ANSWERS.includes(IN_A_ROW[begin]!) && begin !== end;
  if (begin < 0 || begin > end || beside)
    throw new PipeError('usage', beside ? `--from ${from} does not go with --to ${to}` : '--from comes after --to', {
      found: `${from} … ${to}`,
      hint: `the order is ${IN_A_ROW.map(({ name }) => name).join(', ')}, of which the last ${ANSWERS.length} are one step: each answers by itself`,
    });
  return IN_A_ROW.slice(begin, end + 1).filter((part) => part === last || !ANSWERS.includes(part));
}

/** @throws PipeError('usage') where --from names a step that a model does by itself */
function wholeStretch(from: string, whole: Part): Part[] {
  if (from === 'sentences') return [...named(from), whole];
  if (from === whole.name) return [whole];
  throw new PipeError('usage', `--from ${from} does not go with --to ${whole.name}`, {
    expected: `--from sentences, or --from ${whole.name} for lines as they are`,
    hint: `${whole.name} is all of a model: it cuts the text by itself, and takes records with tokens, too`,
  });
}

/** Whether a stretch is done by a model that counts and numbers by itself. */
export const isWhole = (steps: readonly Part[]): boolean => WHOLE.includes(steps.at(-1)!);

/** How a stretch reads: before a whole model in windows of lines, and `predict` alone every line. */
export function stretchReading(steps: readonly Part[]): Pick<ReadOptions, 'windowLines' | 'everyLine'> {
  const last = steps.at(-1);
  if (last === PREDICT && steps.length === 1) return PREDICTION_READING;
  return { windowLines: last?.stage.windowLines };
}
