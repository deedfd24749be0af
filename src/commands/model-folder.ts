/**
 * A model's folder: `model.json`, `vocabulary.json`, `weights.safetensors`, `training.jsonl`.
 * It needs nothing else, and it is there whole or not at all: it is written beside its place and renamed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PipeError } from '../errors.js';
import { parseDocument } from '../formats/document.js';
import { MODEL, type ModelDocument } from '../formats/model.js';
import { readBytes, readText } from '../io/file.js';
import { outputFailure } from '../io/failure.js';
import { writeBytes } from '../io/output.js';
import { checkParameters } from '../model/model.js';
import type { Parameters } from '../model/parameters.js';
import { readWeights, writeWeights } from '../model/weights.js';
import { formatVocabulary, parseVocabulary, type Vocabulary } from '../text/vocabulary.js';

export const FILES = {
  model: 'model.json',
  vocabulary: 'vocabulary.json',
  /** of answers that are texts */
  answerVocabulary: 'target-vocabulary.json',
  weights: 'weights.safetensors',
  log: 'training.jsonl',
} as const;

/** A model in memory: its definition, its vocabulary and its weights, which belong to one another. */
export interface Model {
  document: ModelDocument;
  vocabulary: Vocabulary;
  /** of the answers, where they are texts */
  answerVocabulary?: Vocabulary | undefined;
  parameters: Parameters;
}

const HINT = 'make a model: rnn-pipe train train.tsv --out model';

/**
 * The model of a folder.
 *
 * @throws PipeError('no-input' | 'mismatch') for a folder that is none, and for files that do not belong together
 */
export async function loadModel(folder: string): Promise<Model> {
  const file = (name: string): string => join(folder, name);
  if (!existsSync(folder)) throw new PipeError('no-input', 'there is no such model', { place: { file: folder }, hint: HINT });
  if (!existsSync(file(FILES.model)))
    throw new PipeError('mismatch', 'this is no model', {
      place: { file: folder },
      expected: `a folder with ${FILES.model} in it`,
      hint: HINT,
    });
  const document = parseDocument(MODEL, await readText(file(FILES.model), 'model'), file(FILES.model), { what: 'a model', hint: HINT });
  const bytes = await readBytes(file(FILES.weights));
  const belongs = (name: string, expected: string, found: string): void => {
    if (expected === found) return;
    throw new PipeError('mismatch', 'the file is not the one that the model was saved with, or was changed since', {
      place: { file: file(name) },
      expected: `SHA-256 ${expected.slice(0, 12)}…`,
      found: `${found.slice(0, 12)}…`,
      hint: 'copy the whole folder again, or train again',
    });
  };
  const vocabularyOf = async (name: string, sha: string): Promise<Vocabulary> => {
    const found = await parseVocabulary(await readText(file(name), 'vocabulary'), file(name));
    belongs(name, sha, found.sha256);
    return found;
  };
  const vocabulary = await vocabularyOf(FILES.vocabulary, document.vocabulary);
  const answerVocabulary =
    'answers' in document.head ? await vocabularyOf(FILES.answerVocabulary, document.head.answers.vocabulary) : undefined;
  belongs(FILES.weights, document.weights, sha256(bytes));
  try {
    const parameters = readWeights(bytes);
    checkParameters(document, parameters);
    return { document, vocabulary, answerVocabulary, parameters };
  } catch (error) {
    throw error instanceof PipeError ? error.at({ file: file(FILES.weights) }) : error;
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** @throws PipeError('cannot-create') where the folder exists and may not be replaced */
export function checkFree(folder: string, force: boolean): void {
  if (existsSync(folder) && !force)
    throw new PipeError('cannot-create', 'the model exists', {
      place: { file: folder },
      hint: 'choose another name, or --force to replace it',
    });
}

/** What a model consists of before its files have their hashes. */
export interface Unsaved {
  document: Omit<ModelDocument, 'type' | 'version' | 'vocabulary' | 'weights'>;
  vocabulary: Vocabulary;
  answerVocabulary?: Vocabulary | undefined;
  parameters: Parameters;
  /** lines of training.jsonl */
  log: string;
}

/** Writes the folder beside its place, then gives it its name; an old one is there until the new one is. */
export async function saveModel(folder: string, { document, vocabulary, answerVocabulary, parameters, log }: Unsaved): Promise<void> {
  const place = resolve(folder);
  const [fresh, old] = ['new', 'old'].map((what) => join(dirname(place), `.${basename(place)}.${process.pid}.${what}`));
  const weights = writeWeights(parameters);
  const whole: ModelDocument = { type: 'rnn-pipe model', version: 1, ...document, vocabulary: vocabulary.sha256, weights: sha256(weights) };
  try {
    makeFolder(fresh!, folder);
    const write = (name: string, content: string | Uint8Array): Promise<void> => writeBytes(join(fresh!, name), Buffer.from(content));
    await write(FILES.vocabulary, formatVocabulary(vocabulary));
    if (answerVocabulary) await write(FILES.answerVocabulary, formatVocabulary(answerVocabulary));
    await write(FILES.weights, weights);
    await write(FILES.log, log);
    await write(FILES.model, `${JSON.stringify(whole, undefined, 2)}\n`);
    if (existsSync(place)) renameSync(place, old!);
    try {
      renameSync(fresh!, place);
    } catch (error) {
      if (existsSync(old!)) renameSync(old!, place);
      throw outputFailure(error, folder);
    }
    rmSync(old!, { recursive: true, force: true });
  } finally {
    rmSync(fresh!, { recursive: true, force: true });
  }
}

export function makeFolder(path: string, shown = path): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw outputFailure(error, shown);
  }
}
