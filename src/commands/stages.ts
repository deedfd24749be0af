/** The list of the steps as commands, in the order of the pipeline. One line a step. */
import { classifyCommand } from './classify.js';
import type { Options, StageDefinition, StepCommand } from './command.js';
import { decodeCommand } from './decode.js';
import { embedCommand } from './embed.js';
import { encodeCommand } from './encode.js';
import { outputCommand } from './output.js';
import { padCommand } from './pad.js';
import { predictStage } from './predict.js';
import { rnnCommand } from './rnn.js';
import { sentencesCommand } from './sentences.js';
import { seq2seqCommand } from './seq2seq.js';
import { shardStage } from './shard.js';
import { tokenizeCommand } from './tokenize.js';

export const STEP_COMMANDS: readonly StepCommand[] = [
  sentencesCommand,
  tokenizeCommand,
  encodeCommand,
  decodeCommand,
  padCommand,
  embedCommand,
  rnnCommand,
  outputCommand,
  classifyCommand,
  seq2seqCommand,
];

/** A step and the options it was given: what a worker thread needs to make it ready. */
export interface Stage {
  name: string;
  options: Options;
}

export const STAGES: ReadonlyMap<string, StageDefinition> = new Map([
  ...STEP_COMMANDS.map(({ name, stage }): [string, StageDefinition] => [name, stage]),
  ['shard', shardStage],
  // all of a model as one stage, in place of the steps from tokenize on
  ['predict', predictStage],
]);
