/** `--quantize`: beside `--model`, but in a file of its own, since what a model's document may say is checked by a package that most steps do not load. */
import { QUANTIZATIONS } from '../formats/model.js';
import type { OptionDefinition } from './command.js';

export const QUANTIZE_OPTION: OptionDefinition = {
  flags: '--quantize <how>',
  about: 'weights of the recurrent layers, and of a decoder, in 8 bits: faster, and almost the same answers',
  choices: QUANTIZATIONS,
};
