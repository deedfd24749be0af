/** What a task is to the commands: how its training files are read, and what its head is to give for each text. One file a task. */
import { TAKES, type HeadDefinition, type ModelDocument } from '../../formats/model.js';
import type { SentenceRecord } from '../../formats/record.js';
import type { ReadOptions } from '../../io/read.js';
import type { LossOptions, Targets } from '../../model/heads/head.js';
import type { Example } from '../../model/training/data.js';
import type { SegmenterOptions } from '../../text/segmenters/index.js';
import type { Vocabulary } from '../../text/vocabulary.js';
import type { OptionDefinition, Options } from '../command.js';

/** A text of a training file, cut into tokens, with its place for errors. */
export interface Labelled {
  record: SentenceRecord;
  tokens: readonly string[];
  file: string;
  line: number;
  /** of each token, where they stand in lines of their own */
  lines?: readonly number[];
}

export interface Task<D extends HeadDefinition = HeadDefinition> {
  name: D['task'];
  /** one line of what it learns, for help and errors */
  about: string;
  options: readonly OptionDefinition[];
  /** @throws PipeError('usage') for options that contradict the task; opens nothing */
  check?(options: Options): void;
  /** names of --input-format that are for this task; all that hold texts if undefined */
  formats?: readonly string[];
  /** how its files are read, where their tokens are given; else they are texts, which a segmenter cuts */
  read?(files: readonly string[], read: ReadOptions, options: Options, note: (text: string) => void): Promise<Labelled[]>;
  /** what cuts new texts, where the tokens were given and the user does not say it */
  segmenter?(texts: readonly Labelled[]): SegmenterOptions['name'];
  /** The head, from the training texts. @throws PipeError('data') where they are no training data for it */
  define(texts: readonly Labelled[], options: Options, note: (text: string) => void, answers?: AnswerTexts): D;
  /** of tasks whose answers are texts: what cuts and numbers them, from the training texts */
  answers?(texts: readonly Labelled[], options: Options): Promise<AnswerTexts>;
  /** the same of a trained model: by its own segmenter and vocabulary of answers */
  answersAgain?(definition: D, vocabulary: Vocabulary): Promise<AnswerTexts>;
  per: Targets['per'];
  width(definition: D): number;
  /** The numbers that a text's head is to give. @throws PipeError('data') with the place, for a label that the model does not have */
  targets(text: Labelled, definition: D): readonly number[];
  /** A text as examples, where they are made of its ids alone: `targets` is not asked then, and no text is cut off. */
  examples?(ids: readonly number[], definition: D): Example[];
  lossOptions(texts: readonly Labelled[], definition: D, options: Options): LossOptions;
}

/** Of the tasks that look at one vector a text. */
export const TAKE: OptionDefinition = {
  flags: '--take <what>',
  about: 'what the output vector is made of',
  choices: TAKES,
  default: 'last',
};

/** The side of the answers, where they are texts. */
export interface AnswerTexts {
  /** what cuts them, as the model's document has it */
  segmenter: ModelDocument['segmenter'];
  vocabulary: Vocabulary;
  /** `<bos>` and the ids of a text's answer. @throws PipeError('data') where it has none */
  ids(text: Labelled): number[];
}
