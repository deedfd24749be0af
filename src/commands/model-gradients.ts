/** How much a model's own loss hears of each word of a sentence that it was walked through. */
import { PipeError } from '../errors.js';
import { idsIn, mapIds } from '../formats/features.js';
import type { SentenceRecord } from '../formats/record.js';
import { lossGradients, type LossGradients } from '../model/loss-gradients.js';
import { targetsOf } from '../model/stretches.js';
import { dataSet, type DataSet, type Example } from '../model/training/data.js';
import { END } from '../text/specials.js';
import type { OptionDefinition, Options } from './command.js';
import type { Walkable } from './model-walk.js';
import { taskOf } from './tasks/index.js';
import type { Labelled } from './tasks/task.js';

export const LABEL: OptionDefinition = {
  flags: '--label <answer>',
  about:
    'the right answer that the loss is of; several labels with commas, tags with blanks between them (default: the record’s, else the model’s own)',
};

/** Of the real time steps, in their order; and which answer the loss is of. */
export interface ModelGradients extends LossGradients {
  answer: string;
}

/** @throws PipeError('usage') where no answer is given and the model's own has no loss; PipeError('data') for one that the model does not know */
export async function modelGradients(model: Walkable, record: SentenceRecord, { label }: Options): Promise<ModelGradients> {
  const given = typeof label === 'string' ? parsed(label, model) : record.label;
  const answer = given ?? ownAnswer(record);
  const example = await exampleOf(model, record, answer);
  const found = await lossGradients(model.engine, model.document, model.parameters, example);
  for (const { layer, direction, norms } of found.lanes) {
    const at = norms.findIndex((norm) => !Number.isFinite(norm));
    if (at >= 0)
      throw new PipeError('data', 'a gradient is not finite', {
        found: `layer ${layer} ${direction}, time step ${at + 1}`,
        hint: 'see the weights',
      });
  }
  return { ...found, answer: Array.isArray(answer) ? answer.join(' ') : String(answer) };
}

type Answer = NonNullable<SentenceRecord['label']>;

function parsed(text: string, { document: { head } }: Walkable): Answer {
  if (head.task === 'multilabel') return text.split(',').map((one) => one.trim());
  return head.task === 'tag' || head.task === 'segment' ? text.split(/\s+/) : text;
}

/** What the model says itself: how sure it is of that, the loss tells. */
function ownAnswer({ tags, labels, prediction }: SentenceRecord): Answer {
  const own = tags ?? labels ?? prediction;
  if (own !== undefined) return own;
  throw new PipeError('usage', 'no answer is given', { hint: 'the loss of a number needs the right one: --label 3.5' });
}

async function exampleOf({ document: { head }, answerVocabulary }: Walkable, record: SentenceRecord, answer: Answer): Promise<DataSet> {
  const real = <T>(all: readonly T[]): T[] => all.filter((_, t) => record.mask === undefined || record.mask[t] === 1);
  const read = mapIds(idsIn(record), real);
  const { ids } = read;
  const tokens = record.kept === undefined ? record.tokens! : record.tokens!.slice(...record.kept);
  const task = taskOf(head.task);
  const labelled: Labelled = { record: { label: answer, text: record.text! }, tokens, file: 'the answer', line: 1 };
  const example: Example = { ...read, targets: [] };
  if (head.task === 'lm') example.targets = targetsOf([...ids, END], 0, ids.length, head.bothWays);
  else if (head.task === 'seq2seq') example.answer = (await task.answersAgain!(head, answerVocabulary!)).ids(labelled);
  else example.targets = task.targets(labelled, head);
  if (task.per === 'token' && example.targets.length !== ids.length * task.width(head))
    throw new PipeError('usage', '--label is wrong', {
      expected: `${ids.length} tags, one a token`,
      found: String(example.targets.length),
    });
  return dataSet([example], task.per, task.width(head));
}
