/** What is told of a model that is served, what of a request it has no answer to, and how answers are written. */
import { toJson, type SentenceRecord } from '../formats/record.js';
import { Refusal } from '../serve/refusal.js';
import { MOST_STEPS, type Health, type PredictRequest, type TraceRequest } from '../serve/schemas.js';
import { splitSentences } from '../text/sentences.js';
import type { Model } from './model-folder.js';
import { version } from './version.js';

/** @param folder the model's, for the commands that are told */
export function healthOf({ document, vocabulary }: Pick<Model, 'document' | 'vocabulary'>, folder: string): Health {
  const { head, network, segmenter, maxLength } = document;
  return {
    status: 'ok',
    rnnPipe: version,
    model: {
      ...{ folder, task: head.task, segmenter: segmenter.options.name, vocabulary: vocabulary.tokens.length, maxLength },
      ...{ cell: network.cell, units: network.units, layers: network.layers, directions: network.directions },
      ...('labels' in head ? { labels: head.labels } : {}),
    },
  };
}

/** What a model of another task has no answer to is refused, never passed over. @throws Refusal */
export function refuseOthers({ k, beam, nBest }: PredictRequest, { model: { task, labels, vocabulary } }: Health): void {
  for (const [name, value] of Object.entries({ beam, nBest }))
    if (value !== undefined && task !== 'seq2seq') throw wrong(name, `a model of the task ${task} says no texts`, `leave ${name} out`);
  if (k === undefined) return;
  const most = task === 'lm' ? vocabulary : labels?.length;
  if (most === undefined)
    throw wrong('k', `a model of the task ${task} has no labels to list`, task === 'seq2seq' ? 'other texts: nBest' : 'leave k out');
  if (k > most) throw wrong('k', `the model has ${most} ${task === 'lm' ? 'tokens' : 'labels'}`, `take a k of 1 to ${most}`);
}

/** A model that says or foresees texts knows one segmenter and one cell: the search has no others. @throws Refusal */
export function refuseStandIns({ segmenter, cell, seed }: TraceRequest, { model }: Health): void {
  for (const [name, value, own] of [
    ['segmenter', segmenter, model.segmenter],
    ['cell', cell, model.cell],
    ['seed', seed, undefined],
  ] as const)
    if (value !== undefined && value !== own)
      throw wrong(name, `a model of the task ${model.task} is looked at with its own weights only`, `leave ${name} out`);
}

const wrong = (name: string, why: string, hint: string): Refusal => new Refusal('wrong-body', `"${name}" is wrong: ${why}`, hint);

/** The padded length of a sentence of so many tokens: two more, so that there is some padding to be seen. */
export const paddedLength = ({ length }: TraceRequest, tokens: number, { maxLength }: { maxLength: number }): number =>
  length ?? Math.min(tokens + 2, maxLength, MOST_STEPS);

export const answersJson = (answers: readonly SentenceRecord[]): string => `{"answers":[${answers.map(toJson).join(',')}]}`;

interface Traced {
  weights: 'trained' | 'random';
  note: string;
  /** of each step, without the program's name */
  commands: readonly string[];
  /** before padding */
  ids: readonly number[];
  record: SentenceRecord;
}

/** The answer to a request for all steps of a text. */
export function tracedJson(text: string, { record, commands, weights, note, ids }: Traced): string {
  const typed = commands.map((command) => `rnn-pipe ${command}`);
  const cuts = splitSentences(text, { semicolon: false, maxChars: Number.MAX_SAFE_INTEGER });
  const sentences = cuts.map(({ start, end }) => text.slice(start, end));
  const rest = JSON.stringify({ weights, note, commands: typed, sentences, ids });
  return `${rest.slice(0, -1)},"record":${toJson(record)}}`;
}
