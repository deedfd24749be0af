/** Step 2 as a command: sentences to tokens. */
import { PipeError } from '../errors.js';
import { tokenizeLines } from '../steps/lines/tokenize.js';
import { tokenize } from '../steps/tokenize.js';
import type { AnySegmenter } from '../text/segmenter.js';
import { openSegmenter, SEGMENTERS, type SegmenterOptions } from '../text/segmenters/index.js';
import type { Quantization } from '../formats/quantization.js';
import type { OptionDefinition, Options, StepCommand } from './command.js';
import { QUANTIZE_OPTION } from './quantize-option.js';
import { readText } from '../io/file.js';

/** Options that only jieba understands; with another segmenter they are an error, never ignored. */
const JIEBA_ONLY = { backend: '--backend', hmm: '--hmm', userDict: '--user-dict', pos: '--pos', mode: '--mode' } as const;

export function checkSegmenter(options: Options): void {
  if (options['quantize'] !== undefined && !cutByModel(options))
    throw new PipeError('usage', `--quantize does not apply to --segmenter ${String(options['segmenter'])}`, {
      hint: 'it goes with --segmenter model:DIR',
    });
  if (options['hmm'] === true && options['backend'] === 'builtin')
    throw new PipeError('usage', '--hmm does not apply to --backend builtin', {
      hint: '--backend nodejieba or jieba-rs can guess new words',
    });
  if (options['segmenter'] === 'jieba') return;
  for (const [name, flag] of Object.entries(JIEBA_ONLY))
    if (options[name] !== undefined)
      throw new PipeError('usage', `${flag} does not apply to --segmenter ${String(options['segmenter'])}`, {
        hint: 'leave it out, or use --segmenter jieba',
      });
}

const NAMES = SEGMENTERS.map(({ name }) => name);

/** `model:DIR` names a model; all else is the name of a segmenter. */
const MODEL = 'model:';

function segmenterName(text: string): string {
  if (NAMES.some((name) => name === text) || (text.startsWith(MODEL) && text.length > MODEL.length)) return text;
  throw new PipeError('usage', 'there is no such segmenter', {
    expected: `${NAMES.join(', ')} or model:DIR`,
    found: `"${text}"`,
    hint: '--segmenter jieba is the default',
  });
}

export const SEGMENTER_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--segmenter <name>',
    about: `what cuts the text: ${NAMES.join(', ')}; or model:DIR, a model of --task segment`,
    default: 'jieba',
    parse: segmenterName,
  },
  {
    flags: '--backend <name>',
    about: 'which jieba (default: builtin; with --hmm nodejieba where it is installed)',
    choices: ['builtin', 'nodejieba', 'jieba-rs'],
  },
  { flags: '--hmm', about: 'let nodejieba or jieba-rs guess words that are not in the dictionary (they then differ)' },
  {
    flags: '--mode <mode>',
    about: 'cut: each character once (default); all: every word that is in the text; search: also the words inside long ones',
    choices: ['cut', 'all', 'search'],
  },
  {
    flags: '--user-dict <file>',
    about: 'words of your own, one a line: word [frequency] [tag]; may be given several times',
    repeatable: true,
  },
  { flags: '--pos', about: 'add pos, the part of speech of each token (jieba only)' },
  { flags: '--stop-words <file>', about: 'leave out the tokens of this list, one a line' },
  { flags: '--drop-punctuation', about: 'leave out punctuation and white space' },
  { flags: '--to-simplified', about: 'turn traditional characters into simplified ones first' },
];

const cutByModel = ({ segmenter }: Options): boolean => String(segmenter).startsWith(MODEL);

/** What the options say of a segmenter, with the texts of the files that they name. */
export async function segmenterOptions(options: Options): Promise<SegmenterOptions> {
  const userDicts = (options['userDict'] ?? []) as string[];
  const stopWords = options['stopWords'] as string | undefined;
  return {
    name: options['segmenter'] as 'jieba',
    ...(options['backend'] === undefined ? {} : { backend: options['backend'] as 'builtin' }),
    hmm: options['hmm'] === true,
    mode: (options['mode'] ?? 'cut') as 'cut',
    userDicts: await Promise.all(userDicts.map(async (file) => ({ file, text: await readText(file, 'user dictionary') }))),
    pos: options['pos'] === true,
    dropPunctuation: options['dropPunctuation'] === true,
    toSimplified: options['toSimplified'] === true,
    ...(stopWords === undefined ? {} : { stopWords: wordsOf(await readText(stopWords, 'list of stop words')) }),
  };
}

/** The segmenter that the options name, whichever it is. */
async function openAny(options: Options): Promise<AnySegmenter> {
  const settings = await segmenterOptions(options);
  if (!cutByModel(options)) return openSegmenter(settings);
  const { openModelSegmenter } = await import('./model-segmenter.js');
  const folder = String(options['segmenter']).slice(MODEL.length);
  return openModelSegmenter(folder, settings, Number(options['threads'] ?? 1), options['quantize'] as Quantization | undefined);
}

/** @throws PipeError('usage') where a model is to cut for another model, whose folder would not be whole without it */
export function refuseModelSegmenter(options: Options): void {
  const name = String(options['segmenter']);
  if (cutByModel(options))
    throw new PipeError('usage', 'a model cannot be cut for by another model', {
      found: `--segmenter ${name}`,
      hint: `rnn-pipe tokenize --segmenter ${name} first; then train on its words with --segmenter whitespace`,
    });
}

export const tokenizeCommand: StepCommand = {
  description: `Cuts text into tokens. Joined they are the text, and tokenSpans says where each one stands. Reads the records of "sentences",
or raw text, where every line is a record. jieba: runs of Chinese characters by jieba's dictionary (without its guesses at new words: --hmm),
everything else by one rule that keeps LSTM, 3.14, 21% and AlphaGo-Zero whole. intl: ICU's dictionary; characters; whitespace: text that is cut already.`,
  options: [...SEGMENTER_OPTIONS, QUANTIZE_OPTION],
  examples: [
    'rnn-pipe sentences examples/news.txt | rnn-pipe tokenize',
    'rnn-pipe tokenize examples/news.txt --user-dict examples/words.txt --pos',
  ],
  stage: {
    parallel: true,
    rawText: true,
    computes: cutByModel,
    check: checkSegmenter,
    prepareLines: async (options) => {
      if (cutByModel(options)) return undefined;
      const { cutRuns, fingerprint } = await openAny(options);
      return cutRuns && tokenizeLines({ cutRuns, fingerprint });
    },
    prepare: async (options) => {
      return tokenize({ segmenter: await openAny(options) });
    },
  },
};

/** One word a line; the line is the word, but for a line end. */
function wordsOf(text: string): string[] {
  return text.split(/\r?\n/).filter((word) => word !== '');
}
