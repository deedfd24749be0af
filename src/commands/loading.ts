/** Opens the files that options name: dictionaries, vocabularies, vectors, weights. */
import { PipeError } from '../errors.js';
import { readBytes, readText } from '../io/file.js';
import { openVocabulary, type Vocabulary } from '../text/vocabulary.js';

export { readBytes, readText };

/**
 * The vocabulary that `--vocab` names, or the one that `run` has just built, as its text.
 *
 * @throws PipeError('usage') without either
 */
export async function loadVocabulary(source: unknown): Promise<Vocabulary> {
  if (typeof source === 'string') return openVocabulary(await readText(source, 'vocabulary'), source);
  if (source instanceof BuiltVocabulary) return openVocabulary(source.text, 'the vocabulary of this run');
  throw new PipeError('usage', 'no vocabulary is given', {
    hint: 'rnn-pipe vocab tokens.jsonl -o vocabulary.json, then --vocab vocabulary.json',
  });
}
