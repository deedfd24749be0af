/** Opens the vocabulary that options name. */
import { PipeError } from '../errors.js';
import { readText } from '../io/file.js';
import { parseVocabulary, type Vocabulary } from '../text/vocabulary.js';
import type { Options } from './command.js';
import { modelOf } from './model-option.js';

/**
 * The vocabulary of the model or file that is named, or the one that `run` has just made (its text, so that threads can have it).
 *
 * @throws PipeError('usage') without any
 */
export async function loadVocabulary(options: Options): Promise<Vocabulary> {
  const { vocab, vocabText } = options;
  const model = await modelOf(options);
  if (model) return model.vocabulary;
  if (typeof vocabText === 'string') return parseVocabulary(vocabText, 'the vocabulary of this run');
  if (typeof vocab === 'string') return parseVocabulary(await readText(vocab, 'vocabulary'), vocab);
  throw new PipeError('usage', 'no vocabulary is given', {
    hint: 'rnn-pipe vocab tokens.jsonl -o vocabulary.json, then --vocab vocabulary.json',
  });
}
