/** Opens a model's folder to predict with it. */
import type { Engine } from '../engine/ops.js';
import { PipeError } from '../errors.js';
import type { ModelDocument } from '../formats/model.js';
import type { Quantization } from '../formats/quantization.js';
import { compilePrediction } from '../model/build.js';
import { headOf } from '../model/heads/index.js';
import type { Predictor } from '../steps/predict.js';
import { hasNodejieba } from '../text/jieba/nodejieba.js';
import { openSegmenter, type Segmenter, type SegmenterOptions } from '../text/segmenters/index.js';
import type { Model } from './model-folder.js';

/** The segmenter's options: with the jieba that cut the training text, where it is there. */
function modelSegmenterOptions({ segmenter: { options, backend } }: Pick<ModelDocument, 'segmenter'>): SegmenterOptions {
  const usable = backend !== undefined && (backend !== 'nodejieba' || hasNodejieba());
  return { ...options, ...(usable ? { backend: backend as 'builtin' } : {}) };
}

/** @throws PipeError('mismatch') where this machine, or this version, cuts otherwise than the training text was cut */
export async function segmenterOf({ segmenter }: Pick<ModelDocument, 'segmenter'>, folder: string): Promise<Segmenter> {
  const opened = await openSegmenter(modelSegmenterOptions({ segmenter }));
  if (opened.fingerprint === segmenter.fingerprint) return opened;
  throw new PipeError('mismatch', 'the model’s text was cut by another segmenter than this machine has', {
    place: { file: folder },
    expected: segmenter.fingerprint + (segmenter.backend ? ` (${segmenter.backend})` : ''),
    found: opened.fingerprint + (opened.backend ? ` (${opened.backend})` : ''),
    hint: segmenter.options.hmm ? 'with --hmm a model needs the very jieba it was trained with: rnn-pipe doctor' : 'train the model again',
  });
}

/** What should be told of a model that another jieba serves; undefined if none does. */
export function backendNote({ segmenter }: ModelDocument): string | undefined {
  const { backend } = modelSegmenterOptions({ segmenter });
  if (segmenter.backend === undefined || backend !== undefined) return undefined;
  return `the model’s text was cut by ${segmenter.backend}, which is not on this machine: about one line in a thousand is cut otherwise`;
}

/** Rounded to 8 bits (default: as the model says), and whether states and gates are wanted. */
interface HowToPredict {
  quantize?: Quantization | undefined;
  traced: boolean;
}

/** Of a model of any task but seq2seq. */
export async function predictorOf(model: Model, folder: string, engine: Engine, how: HowToPredict): Promise<Predictor> {
  const { document, parameters } = model;
  const segmenter = await segmenterOf(document, folder);
  // a language model does not answer: it is asked how well it foresees the text
  const judging = headOf(document.head).line === undefined;
  return {
    ...model,
    segmenter,
    program: await compilePrediction(engine, document, parameters, { quantize: document.quantize, judging, ...how }),
  };
}
