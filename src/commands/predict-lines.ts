/** `predict`: raw text to a model's answers, one line out for each line in. */
import { PipeError } from '../errors.js';
import type { CommandDefinition, Options } from './command.js';
import { loadModel } from './model-folder.js';
import { LAYOUT, MAX_LINE, number, RECORD_OUTPUT, wholeNumber, WORKERS } from './options.js';
import { checkAnswers, PREDICT_OPTIONS, PREDICTION_READING } from './predict.js';
import { backendNote } from './predictor.js';
import { checkSearch } from './search-options.js';
import { runAndTell, withRequest } from './step-command.js';

export const predictCommand: CommandDefinition = {
  description: `Reads raw text, a text a line, cuts it as the model's training text was cut, and writes the answer: the label; with a number k the
k most probable labels and their probabilities; with a threshold only those that reach it. An empty line has an answer, too. --json, --format or
an output named .jsonl, .json or .arrow gives records with logits, probabilities and whatever the input had. A model of --task seq2seq says a text for
each line (--beam and what belongs to it; --n-best in records), a language model its perplexity.`,
  argument: {
    name: '<model> [input] [k] [threshold]',
    about:
      'the folder that "train" has written\ntext, a line each; JSONL, JSON or Arrow with "text" or "tokens"; - is stdin (default)\nhow many labels\nprobability that a label must have',
  },
  options: [
    { flags: '--json', about: 'records as JSON lines' },
    ...PREDICT_OPTIONS,
    {
      flags: '--line-buffered',
      about: 'answer each line before the next is read, for a dialogue with another program; slow',
    },
    ...LAYOUT,
    MAX_LINE,
    ...RECORD_OUTPUT,
    WORKERS,
  ],
  examples: [
    'rnn-pipe train examples/headlines.tsv --out model --segmenter characters --epochs 9 --hold-out 0% && rnn-pipe predict model examples/news.txt',
    'rnn-pipe train examples/headlines.tsv --out model --units 16 --hold-out 0% && echo 主队加时险胜，晋级下一轮 | rnn-pipe predict model - 3',
  ],
  run: async (invocation) => {
    const { inputs, options, report } = invocation;
    const [folder, input = '-', k, threshold] = inputs;
    const plain = isPlain(options);
    if (plain && options['trace'] === true)
      throw new PipeError('usage', '--trace does not apply to lines of labels', { hint: 'add --json: the trace is a part of the records' });
    const stage: Options = {
      ...options,
      model: folder,
      plain,
      topK: k === undefined ? undefined : wholeNumber('k', 1)(k),
      threshold: threshold === undefined ? undefined : number('the threshold', 0)(threshold),
    };
    if (plain && options['nBest'] !== undefined)
      throw new PipeError('usage', '--n-best does not apply to lines of texts', {
        hint: 'add --json: the attempts are a part of the records',
      });
    checkSearch(options);
    const { document } = await loadModel(folder!);
    checkAnswers(stage, document.head);
    const note = backendNote(document);
    if (note !== undefined) report.note(note);
    const byLine = options['lineBuffered'] === true || (input === '-' && process.stdin.isTTY);
    const asked = {
      ...options,
      ...(options['json'] === true ? { format: 'jsonl' } : plain ? { format: 'text' } : {}),
      ...(byLine ? { workers: 1 } : {}),
    };
    const reading = { ...PREDICTION_READING, ...(byLine ? { windowLines: 1 } : {}), pairs: document.head.task === 'seq2seq' };
    await withRequest({ ...invocation, inputs: [input], options: asked }, [{ name: 'predict', options: stage }], true, (request) =>
      runAndTell(invocation, { ...request, ...(byLine ? { atOnce: 1 } : {}), read: { ...request.read, ...reading } }),
    );
  },
};

/** Lines of labels, unless records are asked for. */
function isPlain({ json, format, output }: Options): boolean {
  return json !== true && format === undefined && !/\.(jsonl|ndjson|json|arrows?)(\.gz)?$/i.test(String(output));
}
