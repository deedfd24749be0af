/** Step 7 as a command: hidden states to the network's output. */
import type { Taken } from '../formats/record.js';
import { attentionWeights } from '../model/attentive.js';
import { output, type OutputOptions } from '../steps/output.js';
import type { Options, StepCommand } from './command.js';
import { MODEL_OPTION, modelOf, refuseDecided, takeOfModel } from './model-option.js';

async function outputOptions(options: Options): Promise<OutputOptions> {
  const model = await modelOf(options);
  const take = model ? takeOfModel(model) : (options['take'] as Exclude<Taken['how'], 'attention'>);
  return take === 'attention' ? { take, weights: attentionWeights(model!.parameters) } : { take };
}

export const outputCommand: StepCommand = {
  description: `Takes the output of the network from the hidden states: of the last real time step (never of padding), the first, the mean or
the maximum over the real ones; all keeps every hidden state for a sequence to come. "taken" says which time steps were used.
With two directions, last is the forward half at the last real token and the backward half at the first.
With --model it is taken as the model takes it, by its attention too; "all" for a model that answers each token.`,
  options: [
    MODEL_OPTION,
    {
      flags: '--take <what>',
      about: 'which time steps the output is made of',
      choices: ['last', 'first', 'mean', 'max', 'all'],
      default: 'last',
    },
  ],
  examples: ['rnn-pipe output examples/states.jsonl --take max'],
  stage: {
    parallel: true,
    rawText: false,
    looksAt: ['hiddenStates', 'mask', 'network'],
    check: (options, given) => refuseDecided(options, given, ['take']),
    prepare: async (options) => output(await outputOptions(options)),
  },
};
