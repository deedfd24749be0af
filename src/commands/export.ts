/** `export`: a model's folder to a file that other programs read. */
import { PipeError } from '../errors.js';
import { QUANTIZATIONS, type Quantization } from '../formats/quantization.js';
import { openOutput } from '../io/output.js';
import { exported } from '../model/exchange/correspondence.js';
import { metadataOf, onnxModel } from '../model/exchange/onnx.js';
import type { Layout } from '../model/layouts.js';
import { writeWeights } from '../model/weights.js';
import type { CommandDefinition, OptionDefinition, Options } from './command.js';
import { loadModel, type Model } from './model-folder.js';

const QUANTIZE: OptionDefinition = {
  flags: '--quantize <how>',
  about: 'round the weights of an LSTM to 8 bits: about twice as fast (onnx)',
  choices: QUANTIZATIONS,
};

export const exportCommand: CommandDefinition = {
  description: `Writes a model as one ONNX file that onnxruntime runs in any language: ids [batch, time] and lengths [batch] in, logits and probabilities out.
Or its weights as safetensors with PyTorch's or Keras's names, shapes and order of gates: embedding.weight, lstm.weight_ih_l0, linear.weight.`,
  argument: { name: '<model> <file>', about: 'a folder that train wrote\nwhat is written: model.onnx, or weights.safetensors with --to' },
  options: [
    {
      flags: '--to <format>',
      about: 'what is written (default: onnx for a name that ends in .onnx)',
      choices: ['onnx', 'pytorch', 'keras'],
    },
    QUANTIZE,
    { flags: '--force', about: 'replace the output if it exists' },
  ],
  examples: [
    'rnn-pipe train examples/headlines.tsv --out model --segmenter characters --units 8 --epochs 1 -q && rnn-pipe export model model.onnx',
  ],
  run: async ({ inputs, options, report }) => {
    const [folder, file] = inputs as [string, string];
    const to = formatOf(file, options);
    const output = openOutput(file, { force: options['force'] === true, inputs: [] });
    try {
      const bytes = bytesOf(await loadModel(folder), to, options['quantize'] as Quantization | undefined);
      await output.write(bytes);
      await output.publish();
      report.say(`${file}: ${bytes.length} bytes`);
    } catch (error) {
      output.abandon();
      throw error;
    }
  },
};

type Format = 'onnx' | Layout;

function formatOf(file: string, { to, quantize }: Options): Format {
  if (to === undefined && !file.endsWith('.onnx'))
    throw new PipeError('usage', 'what is to be written?', { found: file, hint: 'a name that ends in .onnx, or --to pytorch, --to keras' });
  if (quantize !== undefined && to !== undefined && to !== 'onnx')
    throw new PipeError('usage', '--quantize does not apply', { hint: 'it goes with --to onnx' });
  return (to ?? 'onnx') as Format;
}

function bytesOf({ document, parameters }: Model, to: Format, quantize = document.quantize): Uint8Array {
  if (to === 'onnx') return onnxModel(document, parameters, quantize);
  return writeWeights(exported(document, parameters, to), metadataOf(document));
}
