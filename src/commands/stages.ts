/** The list of the steps as commands, in the order of the pipeline, and the stages that they are in a run. One entry a step. */
import type { Options, StageDefinition, StepCommand } from './command.js';

/** A step as the list has it; the rest of it is loaded when it is asked for, with all that it needs. */
interface StepEntry {
  name: string;
  summary: string;
  load: () => Promise<StepCommand>;
}

export const STEPS: readonly StepEntry[] = [
  {
    name: 'sentences',
    summary: 'step 1: raw text to sentences, one record each',
    load: async () => (await import('./sentences.js')).sentencesCommand,
  },
  {
    name: 'tokenize',
    summary: 'step 2: sentences to tokens, with their exact places',
    load: async () => (await import('./tokenize.js')).tokenizeCommand,
  },
  {
    name: 'encode',
    summary: 'step 3: tokens to ids by a vocabulary',
    load: async () => (await import('./encode.js')).encodeCommand,
  },
  {
    name: 'decode',
    summary: 'step 3 backwards: ids to tokens',
    load: async () => (await import('./decode.js')).decodeCommand,
  },
  {
    name: 'pad',
    summary: 'step 4: ids to one fixed length, with mask and real length',
    load: async () => (await import('./pad.js')).padCommand,
  },
  {
    name: 'embed',
    summary: 'step 5: ids to word vectors, one a time step',
    load: async () => (await import('./embed.js')).embedCommand,
  },
  {
    name: 'rnn',
    summary: 'step 6: a recurrent network; its hidden state at every time step',
    load: async () => (await import('./rnn.js')).rnnCommand,
  },
  {
    name: 'output',
    summary: 'step 7: the network’s output vector, and which time steps it came from',
    load: async () => (await import('./output.js')).outputCommand,
  },
  {
    name: 'classify',
    summary: 'step 8: the output vector to logits, probabilities and a label',
    load: async () => (await import('./classify.js')).classifyCommand,
  },
  {
    name: 'regress',
    summary: 'step 8: the output vector to one or several numbers',
    load: async () => (await import('./regress.js')).regressCommand,
  },
  {
    name: 'tag',
    summary: 'step 8: the hidden state of each token to its tag',
    load: async () => (await import('./tag.js')).tagCommand,
  },
  {
    name: 'seq2seq',
    summary: 'step 8: the text that a model says of each text',
    load: async () => (await import('./seq2seq.js')).seq2seqCommand,
  },
];

/** A step and the options it was given: what a worker thread needs to make it ready. */
export interface Stage {
  name: string;
  options: Options;
}

const STAGES: ReadonlyMap<string, () => Promise<StageDefinition>> = new Map([
  ...STEPS.map(({ name, load }): [string, () => Promise<StageDefinition>] => [name, async () => (await load()).stage]),
  ['shard', async () => (await import('./shard.js')).shardStage],
  // all of a model as one stage, in place of the steps from tokenize on
  ['predict', async () => (await import('./predict.js')).predictStage],
]);

/** What the stages are. */
export async function definitionsOf(stages: readonly Stage[]): Promise<StageDefinition[]> {
  const definitions: StageDefinition[] = [];
  for (const stage of stages) definitions.push(await stageOf(stage));
  return definitions;
}

/** What a stage is. */
export const stageOf = ({ name }: Stage): Promise<StageDefinition> => STAGES.get(name)!();
