/** How a model that says texts searches for them, as the options of a command say. */
import type { Engine } from '../engine/ops.js';
import { PipeError } from '../errors.js';
import type { Seq2seq } from '../model/decoder.js';
import type { SearchOptions } from '../model/decoding/search.js';
import { openSpeaker, type Speaker } from '../model/decoding/speaker.js';
import { seq2seq } from '../steps/seq2seq.js';
import type { Step } from '../steps/step.js';
import type { Options } from './command.js';
import type { Model } from './model-folder.js';
import { segmenterOf } from './predictor.js';
import { engineOf } from './engine-options.js';
import { searchOf } from './search-options.js';

/** What searches, as the options say. */
export function speakerOf(
  { document, parameters }: Pick<Model, 'document' | 'parameters'>,
  head: Seq2seq,
  engine: Engine,
  search: SearchOptions,
  { batchSize, quantize }: Options,
): Promise<Speaker> {
  return openSpeaker(engine, { ...document, head }, parameters, search, Number(batchSize), (quantize ?? document.quantize) !== undefined);
}

/**
 * The step that says a text for each text.
 *
 * @throws PipeError('mismatch') for a model that says no texts
 */
export async function openSeq2seq(model: Model, options: Options): Promise<Step> {
  const { document, vocabulary, answerVocabulary } = model;
  const { head } = document;
  const folder = String(options['model']);
  if (head.task !== 'seq2seq')
    throw new PipeError('mismatch', 'the model says no texts', {
      place: { file: folder },
      expected: 'a model of train --task seq2seq',
      found: `--task ${head.task}`,
      hint: 'rnn-pipe predict answers with any model',
    });
  const search = searchOf(options, head.answers.maxLength);
  const speaker = await speakerOf(model, head, await engineOf({ threads: 1, ...options }), search, options);
  return seq2seq({
    speaker,
    segmenter: await segmenterOf(document, folder),
    vocabulary,
    maxLength: document.maxLength,
    words: answerVocabulary!.tokens,
    replaceUnknown: options['replaceUnknown'] === true,
    nBest: Number(options['nBest'] ?? 0),
    trace: search.trace,
    plain: options['plain'] === true,
  });
}
