/** `generate`: a language model writes texts. */
import { PipeError } from '../errors.js';
import { openOutput } from '../io/output.js';
import { generate } from '../model/generation.js';
import { compileStep } from '../model/step.js';
import { idsOf } from '../text/ids.js';
import { BEGIN, END, PAD, UNKNOWN } from '../text/specials.js';
import type { CommandDefinition, Invocation } from './command.js';
import { loadModel } from './model-folder.js';
import { DOCUMENT_OUTPUT, number, wholeNumber } from './options.js';
import { segmenterOf } from './predictor.js';
import { ENGINE_OPTIONS, engineOf } from './engine-options.js';

export const generateCommand: CommandDefinition = {
  description: `Writes texts with a model of train --task lm, one a line: each token is drawn from those that the model finds likely, until it
ends the text or it is long enough. The same seed gives the same texts. A model that reads both ways (--bidirectional) writes none.`,
  argument: { name: '<model>', about: 'a folder that train --task lm wrote' },
  options: [
    { flags: '--prompt <text>', about: 'how each text begins', default: '' },
    { flags: '--length <n>', about: 'tokens that are written at most', default: 50, parse: wholeNumber('--length', 1) },
    {
      flags: '--temperature <x>',
      about: 'below 1 likely tokens become likelier, 0: always the most probable',
      default: 1,
      parse: number('--temperature', 0),
    },
    { flags: '--top-k <n>', about: 'draw from the n most probable tokens only', parse: wholeNumber('--top-k', 1) },
    {
      flags: '--top-p <p>',
      about: 'draw from the most probable tokens that together have this probability',
      parse: number('--top-p', 0, 1),
    },
    { flags: '--seed <n>', about: 'seed of all random numbers', default: 1, parse: wholeNumber('--seed', 0) },
    { flags: '--count <n>', about: 'how many texts', default: 1, parse: wholeNumber('--count', 1) },
    ...ENGINE_OPTIONS,
    ...DOCUMENT_OUTPUT,
  ],
  examples: [
    'rnn-pipe train examples/news.txt --task lm --out writer --segmenter characters --units 16 --epochs 2 --min-count 1 -q && rnn-pipe generate writer --length 8',
  ],
  run,
};

async function run({ inputs, options, given, report }: Invocation): Promise<void> {
  const [folder] = inputs as [string];
  const { document, vocabulary, parameters } = await loadModel(folder);
  if (document.head.task !== 'lm')
    throw new PipeError('mismatch', 'the model writes no text', {
      place: { file: folder },
      expected: 'a language model: train --task lm',
      found: `a model of --task ${document.head.task}`,
    });
  if (document.head.bothWays)
    throw new PipeError('mismatch', 'the model writes no text', {
      place: { file: folder },
      expected: 'a language model that reads forwards only',
      found: 'one that reads both ways: train --bidirectional',
      hint: 'train --task lm without --bidirectional',
    });
  for (const [name, flag] of [
    ['topK', '--top-k'],
    ['topP', '--top-p'],
    ['seed', '--seed'],
  ] as const)
    if (options['temperature'] === 0 && given.has(name))
      throw new PipeError('usage', `${flag} does not apply`, { hint: 'with --temperature 0 nothing is drawn' });
  const prompt = String(options['prompt']);
  const segmenter = await segmenterOf(document, folder);
  const [cut] = segmenter.cut([segmenter.simplify ? segmenter.simplify(prompt) : prompt]);
  const { read, unknown } = idsOf(cut!.tokens, vocabulary, Infinity);
  if (unknown > 0 && prompt !== '') report.note(`${unknown} of ${read.ids.length} tokens of the prompt are unknown to the model`);
  const step = await compileStep(await engineOf(options), document, parameters);
  const output = openOutput(String(options['output']), { force: options['force'] === true, inputs: [] });
  try {
    const texts = await generate(step, document, parameters, cut!.tokens.length > 0 ? read.ids : [], {
      seed: Number(options['seed']),
      count: Number(options['count']),
      length: Number(options['length']),
      temperature: Number(options['temperature']),
      topK: options['topK'] as number | undefined,
      topP: options['topP'] as number | undefined,
      begin: BEGIN,
      end: END,
      never: [PAD, UNKNOWN, BEGIN],
    });
    const between = document.segmenter.options.name === 'whitespace' ? ' ' : '';
    const lines = texts.map((text) =>
      [...(prompt === '' ? [] : [prompt]), text.map((id) => vocabulary.tokens[id]!).join(between)].join(between),
    );
    await output.write(Buffer.from(`${lines.join('\n')}\n`));
    await output.publish();
    report.say(`${texts.length} texts, ${texts.reduce((sum, { length }) => sum + length, 0)} tokens written`);
  } catch (error) {
    output.abandon();
    throw error;
  } finally {
    await step.close();
  }
}
