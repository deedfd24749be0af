/** The task of sequence to sequence: a text for each text. */
import { PipeError, show } from '../../errors.js';
import { ATTENTIONS, type HeadDefinition } from '../../formats/model.js';
import { cutAnswers } from '../../text/answers.js';
import { addTokens, newCounts } from '../../text/counts.js';
import { openSegmenter, SEGMENTERS, type Segmenter, type SegmenterOptions } from '../../text/segmenters/index.js';
import { BEGIN, UNKNOWN } from '../../text/specials.js';
import { vocabularyOf, type Vocabulary } from '../../text/vocabulary.js';
import { share, wholeNumber } from '../options.js';
import { documented } from '../segmenter-document.js';
import type { AnswerTexts, Labelled, Task } from './task.js';

type Definition = Extract<HeadDefinition, { task: 'seq2seq' }>;

export const seq2seq: Task<Definition> = {
  name: 'seq2seq',
  about: 'a text for each text: source<TAB>target',
  options: [
    { flags: '--attention <kind>', about: 'how the decoder looks at the source', choices: ATTENTIONS, default: 'multiplicative' },
    {
      flags: '--target-segmenter <name>',
      about: 'what cuts the targets; characters: Chinese characters, Latin words and punctuation',
      choices: SEGMENTERS.map(({ name }) => name),
      default: 'characters',
    },
    { flags: '--target-lower-case', about: 'targets are read and said in small letters' },
    {
      flags: '--target-min-count <n>',
      about: 'tokens of targets that are seen less often are unknown',
      default: 2,
      parse: wholeNumber('--target-min-count', 1),
    },
    { flags: '--target-dim <n>', about: 'size of the vector of a target’s token', default: 128, parse: wholeNumber('--target-dim', 1) },
    {
      flags: '--target-max-length <n>',
      about: 'tokens of a target beyond this are cut, and never said',
      default: 100,
      parse: wholeNumber('--target-max-length', 1),
    },
    {
      flags: '--decoder-units <n>',
      about: 'size of the decoder’s state (default: that of the encoder, all directions)',
      parse: wholeNumber('--decoder-units', 1),
    },
    { flags: '--decoder-layers <n>', about: 'layers of the decoder', default: 1, parse: wholeNumber('--decoder-layers', 1) },
    {
      flags: '--label-smoothing <p>',
      about: 'share of probability that is spread over all labels',
      default: 0,
      parse: share('--label-smoothing'),
    },
  ],
  answers: async (texts, options) => {
    const segmenting: SegmenterOptions = { name: options['targetSegmenter'] as SegmenterOptions['name'] };
    const segmenter = await openSegmenter(segmenting);
    const lowerCase = options['targetLowerCase'] === true;
    const counts = newCounts();
    for (const text of texts) addTokens(counts, { tokens: tokensOf(text, segmenter, lowerCase), segmenter: segmenter.fingerprint });
    const vocabulary = vocabularyOf(counts, { minCount: Number(options['targetMinCount']) });
    const document = documented(segmenting, segmenter);
    return answerTexts(document, segmenter, vocabulary, { lowerCase, maxLength: Number(options['targetMaxLength']) });
  },
  answersAgain: async ({ answers }, vocabulary) =>
    answerTexts(answers.segmenter, await openSegmenter(answers.segmenter.options), vocabulary, answers),
  define: (_, options, __, answers) => {
    const { segmenter, vocabulary } = answers!;
    const encoder = Number(options['units']) * (options['bidirectional'] === true ? 2 : 1);
    return {
      task: 'seq2seq',
      attention: options['attention'] as Definition['attention'],
      decoder: {
        cell: options['cell'] as Definition['decoder']['cell'],
        inputSize: Number(options['targetDim']),
        units: Number(options['decoderUnits'] ?? encoder),
        layers: Number(options['decoderLayers']),
        directions: ['forward'],
        resetAfter: options['reset'] !== 'before',
      },
      answers: {
        segmenter,
        lowerCase: options['targetLowerCase'] === true,
        vocabulary: vocabulary.sha256,
        rows: vocabulary.tokens.length,
        maxLength: Number(options['targetMaxLength']),
      },
    };
  },
  per: 'sentence',
  width: () => 0,
  targets: () => [],
  lossOptions: (_, __, options) => ({ labelSmoothing: Number(options['labelSmoothing']) }),
};

const tokensOf = (text: Labelled, segmenter: Segmenter, lowerCase: boolean): string[] =>
  cutAnswers([targetOf(text)], segmenter, lowerCase)[0]!;

/** The side of the answers, of a segmenter and a vocabulary that are there. */
const answerTexts = (
  document: AnswerTexts['segmenter'],
  segmenter: Segmenter,
  vocabulary: Vocabulary,
  { lowerCase, maxLength }: { lowerCase: boolean; maxLength: number },
): AnswerTexts => ({
  segmenter: document,
  vocabulary,
  ids: (text) => [
    BEGIN,
    ...tokensOf(text, segmenter, lowerCase)
      .slice(0, maxLength)
      .map((token) => vocabulary.ids.get(token) ?? UNKNOWN),
  ],
});

/** @throws PipeError('data') where the text has none, an empty one or several */
function targetOf({ record, file, line }: Labelled): string {
  const { label } = record;
  const text = typeof label === 'number' ? String(label) : label;
  if (typeof text === 'string' && /\S/.test(text)) return text;
  const what =
    label === undefined ? 'the text has no target' : typeof text === 'string' ? 'the target is empty' : 'the text has several targets';
  throw new PipeError('data', what, {
    place: { file, line },
    expected: 'source<TAB>target',
    found: show(label),
    hint: 'the second of two columns is the target; or --text-key and --label-key name source and target',
  });
}
