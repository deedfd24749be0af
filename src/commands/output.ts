/** Step 7 as a command: hidden states to the network's output. */
import { output } from '../steps/output.js';
import type { Taken } from '../formats/record.js';
import type { StepCommand } from './command.js';

export const outputCommand: StepCommand = {
  name: 'output',
  summary: 'step 7: the network’s output vector, and which time steps it came from',
  description: `Takes the output of the network from the hidden states: of the last real time step (never of padding), the first, the mean or
the maximum over the real ones; all keeps every hidden state for a sequence to come. "taken" says which time steps were used.
With two directions, last is the forward half at the last real token and the backward half at the first.`,
  options: [
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
    prepare: (options) => Promise.resolve(output({ take: options['take'] as Exclude<Taken['how'], 'attention'> })),
  },
};
