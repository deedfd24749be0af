/** What a task is to the commands: how its training files are read, and what its head is to give for each text. One file a task. */
import type { HeadDefinition } from '../../formats/model.js';
import type { SentenceRecord } from '../../formats/record.js';
import type { LossOptions, Targets } from '../../model/heads/head.js';
import type { OptionDefinition, Options } from '../command.js';

/** A text of a training file, cut into tokens, with its place for errors. */
export interface Labelled {
  record: SentenceRecord;
  tokens: readonly string[];
  file: string;
  line: number;
}

export interface Task<D extends HeadDefinition = HeadDefinition> {
  name: D['task'];
  /** one line of what it learns, for help and errors */
  about: string;
  options: readonly OptionDefinition[];
  /** The head, from the training texts. @throws PipeError('data') where they are no training data for it */
  define(texts: readonly Labelled[], options: Options): D;
  per: Targets['per'];
  width(definition: D): number;
  /** The numbers that a text's head is to give. @throws PipeError('data') with the place, for a label that the model does not have */
  targets(text: Labelled, definition: D): readonly number[];
  lossOptions(texts: readonly Labelled[], definition: D, options: Options): LossOptions;
}
