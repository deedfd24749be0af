/** What `inspect` says of a file that holds no records: a vocabulary, counts, weights. */
import { readBytes } from '../io/file.js';
import { inputFile, openSource } from '../io/source.js';
import { parseCounts } from '../text/counts.js';
import { parseVocabulary } from '../text/vocabulary.js';
import { table } from './table.js';

/** undefined where the file is none of them. */
export async function describeDocument(file: string): Promise<string | undefined> {
  if (file === '-') return undefined;
  const { head } = await openSource(inputFile(file));
  const begin = Buffer.from(head.subarray(0, 200)).toString('latin1');
  const text = async (): Promise<string> => Buffer.from(await readBytes(file)).toString('utf8');
  if (begin.startsWith('{"type":"rnn-pipe vocabulary"')) return describeVocabulary(file, await text());
  if (begin.startsWith('{"type":"rnn-pipe counts"')) return describeCounts(file, await text());
  return undefined;
}

const MOST = 12;

async function describeVocabulary(file: string, text: string): Promise<string> {
  const { tokens, counts, runs, ngrams, segmenter, hash } = await parseVocabulary(text, file);
  const seen = counts.reduce((sum, count) => sum + count, 0);
  const rows = tokens.slice(0, MOST).map((token, id) => [String(id), token, String(counts[id])]);
  const more = tokens.length > MOST ? `… ${tokens.length - MOST} more\n` : '';
  return `${file}: a vocabulary of ${tokens.length} tokens${ngrams > 1 ? ` and ${runs.length} ${ngrams}-grams` : ''}, from ${seen} counted
segmenter: ${segmenter || 'not known'}
hash: ${hash}

${table(['id', 'token', 'count'], rows)}${more}`;
}

async function describeCounts(file: string, text: string): Promise<string> {
  const { tokens, segmenter, ngrams } = await parseCounts(text, file);
  return `${file}: counts of ${tokens.size} tokens for "vocab --merge"${ngrams > 1 ? `, with ${ngrams}-grams` : ''}\nsegmenter: ${segmenter ?? 'none yet'}\n`;
}
