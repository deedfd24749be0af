/** `--quantize`, of the commands that compute with a trained model. */
import { QUANTIZATIONS } from '../formats/quantization.js';
import type { OptionDefinition } from './command.js';

export const QUANTIZE_OPTION: OptionDefinition = {
  flags: '--quantize <how>',
  about: 'weights of the recurrent layers, and of a decoder, in 8 bits: faster, and almost the same answers',
  choices: QUANTIZATIONS,
};
