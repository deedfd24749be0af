/** `--model DIR` on a step: a trained model in place of the options that say what the step computes with. */
import { PipeError } from '../errors.js';
import { takeOf } from '../model/pooling.js';
import { flagOf, type OptionDefinition, type Options } from './command.js';
import type { Model } from './model-folder.js';

export const MODEL_OPTION: OptionDefinition = {
  flags: '--model <folder>',
  about: 'a trained model (see train): its vocabulary, tables, weights and labels; it decides what other options say without it',
};

/** The model of `--model`, where that is given: only then is what reads models loaded. */
export async function modelOf({ model }: Options): Promise<Model | undefined> {
  return typeof model === 'string' ? (await import('./model-folder.js')).loadModel(model) : undefined;
}

/**
 * @param decided the step's options, by their camel-cased names, that a model decides
 * @throws PipeError('usage') where the user gave one of them beside a model
 */
export function refuseDecided({ model }: Options, given: ReadonlySet<string>, decided: readonly string[]): void {
  if (model === undefined) return;
  for (const name of decided)
    if (given.has(name))
      throw new PipeError('usage', `${flagOf(name)} does not apply`, {
        hint: 'the model of --model decides it',
      });
}

/** What `output` takes for the model's head; a head that answers each token needs every state. */
export const takeOfModel = ({ document: { head } }: Model): NonNullable<ReturnType<typeof takeOf>> | 'all' => takeOf(head) ?? 'all';
