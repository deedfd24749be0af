/** What a head is: what is made of the network's states, how it learns, and what its answers are. One file a head. */
import type { HostTensor, InputType, Ops } from '../../engine/ops.js';
import type { HeadDefinition, ModelShape, Task } from '../../formats/model.js';
import type { SentenceRecord } from '../../formats/record.js';
import type { Tensor } from '../../formats/tensor.js';
import type { Parameter } from '../parameter.js';
import type { Parameters } from '../parameters.js';
import type { Sentences } from '../sentences.js';

/** Values of a program by name. */
export type Values<T> = Readonly<Record<string, T>>;

/** What stands below a head. */
export interface Below<T> {
  /** of each direction the last state of its own reading, side by side: [batch, width]; of a head with a decoder */
  end?: T | undefined;
  /** [timeSteps, batch, width] */
  hiddenStates: T;
  /** [batch, width]; where the head has a `take` */
  output?: T | undefined;
}

/** What the sentences of a data set are to be: one row of numbers a sentence, or one a token. */
export interface Targets {
  per: 'sentence' | 'token';
  width: number;
  /** [sentences or tokens, width] */
  numbers: Float32Array;
}

/** The sentences of one program run, for a head that makes its feeds. */
export interface Rows {
  targets: Targets;
  /** which sentences of the data set */
  rows: ArrayLike<number>;
  /** where the tokens of sentence i begin and end in the data set */
  offsets: ArrayLike<number>;
  lengths: Int32Array;
  timeSteps: number;
  /** of tasks whose answers are texts */
  answers?: Sentences | undefined;
  /** what each sentence's (or token's) loss is multiplied by, so that a batch's losses add up to its mean */
  scale: number;
  options: LossOptions;
}

export interface LossOptions {
  /** the share of probability that is spread over all labels */
  labelSmoothing: number;
  /** of each label; 1 if undefined */
  classWeights?: Float32Array | undefined;
}

/** What a program said of sentences: rows of numbers a sentence or a token, by the name of the result. */
export type Answers = Readonly<Record<string, Targets>>;

/** What a program said of one sentence: by name a vector, or a matrix with a row a token. */
export type Said = Readonly<Record<string, Tensor>>;

/** How a sentence's answers are told. */
export interface Telling {
  /** the tokens that the network has read */
  tokens: readonly string[];
  /** how many of the best answers are listed; none if undefined */
  topK?: number | undefined;
  /** answers that are less probable are not listed */
  threshold?: number | undefined;
}

/** A head for definitions of its task. */
export interface Head<D extends HeadDefinition = HeadDefinition> {
  task: Task;
  /** what a model is chosen by, among the scores, unless the user says it; and whether more of it is better */
  metric: string | ((definition: D) => string);
  /** scores of which less is better */
  lowerIsBetter: readonly string[];
  parameters(definition: D, width: number, shape: ModelShape): Parameter[];
  /** inputs of the loss beside the network's */
  lossInputs(definition: D): Record<string, InputType>;
  lossFeeds(definition: D, rows: Rows): Record<string, HostTensor>;
  /** what the rows count for in the mean: sentences, tokens or weights */
  weightOf(definition: D, rows: Omit<Rows, 'scale' | 'timeSteps'>): number;
  /** values inside the head that dropout may multiply, by the name of the input */
  dropout?(definition: D): Record<string, InputType>;
  /** one number, shape [] */
  loss<T>(ops: Ops<T>, definition: D, weights: Values<T>, below: Below<T>, inputs: Values<T>): T;
  /** what a prediction is made of, by name; first axis batch, or timeSteps and batch */
  predict<T>(ops: Ops<T>, definition: D, weights: Values<T>, below: Below<T>): Record<string, T>;
  /** what scores are made of, where that needs the targets and `predict` would give too much; else they are made of `predict`'s */
  judging?: Judging<D>;
  /** The definition with what is chosen on the validation data, such as a threshold; scores are those of it. */
  settle?(definition: D, answers: Answers, data: Sequences): D;
  /** One sentence's answers as fields of its record; of the parameters only the head's own are looked at. Of a head that answers texts. */
  fields?(definition: D, said: Said, telling: Telling, parameters: Parameters): Partial<SentenceRecord>;
  /** the same as one line of text for people and shell scripts; no line break is in it */
  line?(definition: D, said: Said, telling: Telling, parameters: Parameters): string;
  /** how good the answers are: named figures, the loss among them; of the parameters only the head's own are looked at */
  scores(definition: D, answers: Answers, data: Sequences, parameters: Parameters): Record<string, number>;
}

/** A program that knows what was to be predicted. */
export interface Judging<D extends HeadDefinition = HeadDefinition> {
  inputs: Record<string, InputType>;
  feeds(definition: D, rows: Omit<Rows, 'scale' | 'options'>): Record<string, HostTensor>;
  /** first axis batch, or timeSteps and batch */
  results<T>(ops: Ops<T>, definition: D, weights: Values<T>, below: Below<T>, inputs: Values<T>): Record<string, T>;
}

/** Sentences as flat arrays, and what they are to be. */
export interface Sequences {
  /** sentence i has the tokens from offsets[i] to offsets[i + 1] */
  offsets: ArrayLike<number>;
  targets: Targets;
}
