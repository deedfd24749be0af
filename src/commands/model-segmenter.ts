/** `--segmenter model:DIR`: a model of segmentation cuts the text. */
import { openEngine } from '../engine/index.js';
import { PipeError } from '../errors.js';
import type { Quantization } from '../formats/quantization.js';
import { compilePrediction } from '../model/build.js';
import { wordCutter } from '../model/word-cutter.js';
import { characterIds } from '../text/character-ids.js';
import type { LaterCutter, Segmenter } from '../text/segmenter.js';
import { around, type SegmenterOptions } from '../text/segmenters/index.js';
import { loadModel } from './model-folder.js';

/**
 * The model of a folder as a segmenter; its fingerprint is that of the model's files.
 *
 * @param threads of the engine
 * @param quantize weights in 8 bits; a model may say so itself
 * @throws PipeError('no-input' | 'mismatch') for a folder that is no model, and for a model that learnt something else
 */
export async function openModelSegmenter(
  folder: string,
  options: Omit<SegmenterOptions, 'name'>,
  threads: number,
  quantize?: Quantization,
): Promise<Segmenter<LaterCutter>> {
  const { document, vocabulary, parameters } = await loadModel(folder);
  const { head } = document;
  if (head.task !== 'segment')
    throw new PipeError('mismatch', 'the model does not cut text into words', {
      place: { file: folder },
      expected: 'a model of --task segment',
      found: `--task ${head.task}`,
      hint: 'rnn-pipe train words.txt --task segment --out model',
    });
  const rounded = quantize ?? document.quantize;
  const program = await compilePrediction(await openEngine(undefined, { threads }), document, parameters, { quantize: rounded });
  const cut = wordCutter({
    document: { ...document, head },
    parameters,
    program,
    idsOf: (texts) => characterIds(texts, vocabulary),
  });
  const { dropping, ...about } = await around('model', options, {
    identity: [document.weights, document.vocabulary, rounded ?? ''],
  });
  return {
    ...about,
    cut: async (texts) => {
      const spans = await cut(texts);
      const cuts = texts.map((text, i) => {
        const own = spans[i]!;
        const tokens: string[] = [];
        for (let place = 0; place < own.length; place += 2) tokens.push(text.slice(own[place], own[place + 1]));
        return { tokens, spans: own, dropped: 0 };
      });
      return dropping ? cuts.map(dropping) : cuts;
    },
  };
}
