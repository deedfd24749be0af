/** `export`: a model's folder to a file that other programs read. */
import { QUANTIZATIONS, type Quantization } from '../formats/model.js';
import { openOutput } from '../io/output.js';
import { onnxModel } from '../model/exchange/onnx.js';
import type { CommandDefinition, OptionDefinition } from './command.js';
import { loadModel } from './model-folder.js';

/** Of the commands that predict with a model. */
const QUANTIZE: OptionDefinition = {
  flags: '--quantize <how>',
  about: 'round the weights of an LSTM to 8 bits: about twice as fast',
  choices: QUANTIZATIONS,
};

export const exportCommand: CommandDefinition = {
  name: 'export',
  group: 'Models',
  summary: 'a model as an ONNX file, or its weights for PyTorch or Keras',
  description: `Writes a model as one ONNX file that onnxruntime runs in any language: ids [batch, time] and lengths [batch] in, logits and probabilities out.`,
  argument: { name: '<model> <file>', about: 'a folder that train wrote\nwhat is written: model.onnx' },
  options: [QUANTIZE, { flags: '--force', about: 'replace the output if it exists' }],
  examples: [
    'rnn-pipe train examples/headlines.tsv --out model --segmenter characters --units 8 --epochs 1 -q && rnn-pipe export model model.onnx',
  ],
  run: async ({ inputs, options, report }) => {
    const [folder, file] = inputs as [string, string];
    const { document, parameters } = await loadModel(folder);
    const bytes = onnxModel(document, parameters, options['quantize'] as Quantization | undefined);
    const output = openOutput(file, { force: options['force'] === true, inputs: [] });
    try {
      await output.write(bytes);
      await output.publish();
    } catch (error) {
      output.abandon();
      throw error;
    }
    report.say(`${file}: ${bytes.length} bytes`);
  },
};
