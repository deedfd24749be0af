/** What `inspect` says of a file that holds no records: a vocabulary, counts, weights. */
import { PipeError } from '../errors.js';
import { FEATURES, mapFeatures, type FeatureName } from '../formats/features.js';
import { readBytes } from '../io/file.js';
import { inputFile, openSource } from '../io/source.js';
import { readWeights } from '../model/weights.js';
import { parseCounts } from '../text/counts.js';
import { parseVocabulary } from '../text/vocabulary.js';
import { table } from './table.js';

/** undefined where the file is none of them. */
export async function describeDocument(file: string): Promise<string | undefined> {
  if (file === '-') return undefined;
  const head = await headOf(file);
  const begin = head.subarray(0, 200).toString('latin1');
  const text = async (): Promise<string> => Buffer.from(await readBytes(file)).toString('utf8');
  if (begin.startsWith('{"type":"rnn-pipe vocabulary"')) return describeVocabulary(file, await text());
  if (begin.startsWith('{"type":"rnn-pipe counts"')) return describeCounts(file, await text());
  // the length of the header, less than 4 GB, then the header
  if (file.endsWith('.safetensors') || /^.{4}\0{4}\{/s.test(begin)) return describeWeights(file, await readBytes(file));
  return undefined;
}

/** The first bytes; the file is closed again. */
async function headOf(file: string): Promise<Buffer> {
  for await (const part of (await openSource(inputFile(file))).bytes) return Buffer.from(part);
  return Buffer.alloc(0);
}

const MOST = 12;

async function describeVocabulary(file: string, text: string): Promise<string> {
  const { tokens, counts, features, segmenter, hash } = await parseVocabulary(text, file);
  const numbers = Object.values(mapFeatures(features, ({ names }, feature) => `${names.length} ${FEATURES[feature].called}`));
  const seen = counts.reduce((sum, count) => sum + count, 0);
  const rows = tokens.slice(0, MOST).map((token, id) => [String(id), token, String(counts[id])]);
  const more = tokens.length > MOST ? `… ${tokens.length - MOST} more\n` : '';
  return `${file}: a vocabulary of ${[`${tokens.length} tokens`, ...numbers].join(' and ')}, from ${seen} counted
segmenter: ${segmenter || 'not known'}
hash: ${hash}

${table(['id', 'token', 'count'], rows)}${more}`;
}

async function describeCounts(file: string, text: string): Promise<string> {
  const { tokens, segmenter, features } = await parseCounts(text, file);
  const others = Object.keys(features).map((feature) => FEATURES[feature as FeatureName].called);
  return `${file}: counts of ${tokens.size} tokens for "vocab --merge"${others.length > 0 ? `, with ${others.join(' and ')}` : ''}\nsegmenter: ${segmenter ?? 'none yet'}\n`;
}

/** Lists the tensors by name, as `rnn --weights` sees them. */
function describeWeights(file: string, bytes: Uint8Array): string {
  try {
    const tensors = [...readWeights(bytes)];
    const numbers = tensors.reduce((sum, [, { data }]) => sum + data.length, 0);
    const rows = tensors.map(([name, { shape, data }]) => [name, shape.join(' × '), range(data)]);
    return `${file}: weights, ${tensors.length} tensors of ${numbers} numbers\n\n${table(['tensor', 'shape', 'range'], rows)}`;
  } catch (error) {
    throw error instanceof PipeError ? error.at({ file }) : error;
  }
}

function range(data: Float32Array): string {
  const [least, most] = [data.reduce((a, b) => Math.min(a, b), Infinity), data.reduce((a, b) => Math.max(a, b), -Infinity)];
  return data.length > 0 ? `${least.toFixed(4)} … ${most.toFixed(4)}` : '';
}
