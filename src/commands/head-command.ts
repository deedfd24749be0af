/** Step 8 by a trained model's head: what `classify --model`, `regress` and `tag` have in common. */
import { PipeError } from '../errors.js';
import type { Task } from '../formats/model.js';
import { compileHead } from '../model/build.js';
import { headOf } from '../model/heads/index.js';
import { classify, type ClassifyOptions } from '../steps/classify.js';
import type { Options, StageDefinition } from './command.js';
import type { Model } from './model-folder.js';
import { modelOf } from './model-option.js';
import { engineOf } from './engine-options.js';

/** The model's head and its weights. */
export function trainedHead({ document, parameters }: Model, options: Options): ClassifyOptions {
  const { head, network } = document;
  const place = { file: String(options['model']) };
  if (!headOf(head).fields)
    throw new PipeError('usage', `a model of the task ${head.task} does not answer by this step`, {
      place,
      hint: 'rnn-pipe predict answers with any model',
    });
  return {
    definition: head,
    parameters,
    open: async (inputSize) => {
      const expected = network.units * network.directions.length;
      if (inputSize !== expected)
        throw new PipeError('mismatch', 'the output vectors are of another network than the model’s', {
          place,
          expected: String(expected),
          found: String(inputSize),
          hint: 'run rnn and output with the same --model',
        });
      return compileHead(await engineOf(options), document, parameters);
    },
  };
}

/** The stage of a step that answers as models of some tasks do. */
export function headStage(step: string, tasks: readonly Task[]): StageDefinition {
  return {
    parallel: false,
    rawText: false,
    check: ({ model }) => {
      if (model === undefined)
        throw new PipeError('usage', 'no model is given', {
          hint: `rnn-pipe train FILE --task ${tasks[0]!} --out model, then --model model`,
        });
    },
    prepare: async (options) => {
      const model = (await modelOf(options))!;
      const { task } = model.document.head;
      if (!tasks.includes(task))
        throw new PipeError('mismatch', `the model’s answers are not those of ${step}`, {
          place: { file: String(options['model']) },
          expected: `a model of --task ${tasks.join(' or ')}`,
          found: `--task ${task}`,
          hint: 'rnn-pipe predict answers with any model',
        });
      return classify(trainedHead(model, options));
    },
  };
}
