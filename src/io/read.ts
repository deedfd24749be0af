/** Any input to batches of records, in this thread. The chunks of line formats may instead go to worker threads: `inputs`. */
import { PipeError } from '../errors.js';
import { fromJson, LINE, RAW, type Batch } from '../formats/record.js';
import { readArrow } from './arrow/read.js';
import type { Encoding } from './encoding.js';
import { arrayElements } from './json-array.js';
import { layoutOf, type Layout, type ReadOptions } from './layout.js';
import { lineChunks, type Chunk } from './lines.js';
import { byteLines, fromCells, parseChunk, parseJson, type ParseOptions } from './parse.js';
import { lineWindows } from './windows.js';
import { openSource, type InputFile, type Source } from './source.js';
import { warcChunks } from './warc-chunks.js';

export type { ReadOptions } from './layout.js';

/** A line that gave no record; throws to stop. `raw` is the line byte for byte, without its line end. */
export type OnBad = (line: number, error: PipeError, raw: Uint8Array) => void;

/** An opened input, whose layout is known. */
export interface Input {
  source: Source;
  layout: Layout;
  /** how `parseChunk` is to read its chunks, but for what it says */
  parse: Omit<ParseOptions, 'onBad' | 'count'>;
  /** whether it can be read chunk by chunk, each for itself */
  inLines: boolean;
  /** of a part of a file: the number of its first line, and the code points before it */
  first?: { line: number; character: number } | undefined;
}

/** Opens inputs one after another, each when the one before is done. */
export async function* inputs(
  files: readonly InputFile[],
  options: ReadOptions,
  note: (text: string) => void = () => {},
): AsyncGenerator<Input> {
  for (const file of files) {
    const source = await openSource(file, options.encoding as Encoding | undefined);
    yield inputOf(source, options, files.length > 1 ? `${source.name}:` : '', note);
  }
}

/** An opened source as an input; `first` where it is a part of a file. */
export function inputOf(
  source: Source,
  options: ReadOptions,
  idPrefix: string,
  note: (text: string) => void,
  first?: Input['first'],
): Input {
  const layout = layoutOf(source, options, note);
  const parse = {
    file: source.name,
    layout,
    idPrefix,
    raw: !options.records,
    maxLineBytes: options.maxLineBytes,
    everyLine: options.everyLine,
  };
  return { source, layout, parse, inLines: layout.kind !== 'json' && layout.kind !== 'csv' && layout.kind !== 'arrow', first };
}

/** The chunks of an input that lies in lines. */
export function chunksOf({ source, layout, first }: Input, options: ReadOptions): AsyncGenerator<Chunk> {
  const { maxLineBytes, wrapped, windowLines } = options;
  if (layout.kind === 'wet') return warcChunks(source.bytes, source.name, { maxLineBytes, windowLines });
  const characters = layout.kind === 'text';
  const chunks = lineChunks(source.bytes, source.name, { maxLineBytes, wrapped, characters, first });
  return windowLines === undefined || wrapped ? chunks : lineWindows(chunks, windowLines, characters);
}

/** All records of all inputs, in order. */
export async function* readRecords(
  files: readonly InputFile[],
  options: ReadOptions,
  onBad: OnBad = stop,
  note?: (text: string) => void,
): AsyncGenerator<Batch> {
  for await (const input of inputs(files, options, note)) yield* recordsOf(input, options, onBad);
}

/** The records of one input. */
export async function* recordsOf(input: Input, options: ReadOptions, onBad: OnBad, count?: ParseOptions['count']): AsyncGenerator<Batch> {
  const { layout } = input;
  if (layout.kind === 'arrow') yield* fromArrow(input, options);
  else if (layout.kind === 'json') yield* fromArray(input, onBad);
  else if (layout.kind === 'csv') yield* fromCsv(input, layout.columns, layout.header, onBad);
  else for await (const chunk of chunksOf(input, options)) yield await fromChunk(chunk, input, onBad, count);
}

/** The records of a chunk, each with its line byte for byte, where somebody may want to put it aside. */
async function fromChunk(chunk: Chunk, { parse }: Input, onBad: OnBad, count: ParseOptions['count']): Promise<Batch> {
  if (onBad === stop) return parseChunk(chunk, { ...parse, count, onBad: (_, error) => stop(0, error, chunk.bytes) });
  const lines = byteLines(chunk.bytes);
  const raw = (line: number): Uint8Array => lines[line - chunk.firstLine]!;
  const batch = await parseChunk(chunk, { ...parse, count, onBad: (line, error) => onBad(line, error, raw(line)) });
  for (const record of batch) record[RAW] = raw(record[LINE]!);
  return batch;
}

/** Bad lines stop the reading. */
export const stop: OnBad = (_, error) => {
  throw error;
};

const BATCH = 256;

/** A record as it lies in an input that has no lines of its own. */
interface Item {
  line: number;
  text: string;
}

async function* batched<T extends Item>(
  items: AsyncIterable<T>,
  file: string,
  make: (item: T) => Batch[number],
  onBad: OnBad,
): AsyncGenerator<Batch> {
  let batch: Batch = [];
  for await (const item of items) {
    try {
      const record = make(item);
      record[LINE] = item.line;
      if (onBad !== stop) record[RAW] = Buffer.from(item.text);
      batch.push(record);
    } catch (error) {
      if (!(error instanceof PipeError)) throw error;
      onBad(item.line, error.at({ file, line: item.line }), Buffer.from(item.text));
    }
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Raw text gets the number of its record as id where it has none. */
function named(record: Batch[number], index: number, { raw, idPrefix }: Input['parse']): Batch[number] {
  return raw && record.id === undefined ? { id: idPrefix ? `${idPrefix}${index}` : index, ...record } : record;
}

async function* fromArrow({ source, parse }: Input, options: ReadOptions): AsyncGenerator<Batch> {
  for await (const batch of readArrow(source, options)) yield batch.map((record) => named(record, record[LINE]!, parse));
}

function fromArray({ source, parse }: Input, onBad: OnBad): AsyncGenerator<Batch> {
  let index = 0;
  const make = ({ text }: Item): Batch[number] => {
    // a bad element has its number too, so that the others keep theirs
    index++;
    return named(fromJson(parseJson(text)), index, parse);
  };
  return batched(arrayElements(source.bytes, source.name), source.name, make, onBad);
}

interface Row extends Item {
  cells: string[];
}

async function* fromCsv({ source, parse }: Input, columns: string[], header: boolean, onBad: OnBad): AsyncGenerator<Batch> {
  const [{ parse: csv }, { Readable }] = await Promise.all([import('csv-parse'), import('node:stream')]);
  const parser = csv({ bom: true, info: true, raw: true, relax_column_count: true, skip_empty_lines: true, from: header ? 2 : 1 });
  const rows = Readable.from(source.bytes)
    .on('error', (error) => parser.destroy(error))
    .pipe(parser) as AsyncIterable<{ record: string[]; info: { lines: number }; raw: string }>;
  async function* numbered(): AsyncGenerator<Row> {
    for await (const { record, info, raw } of rows) yield { line: info.lines, cells: record, text: raw.replace(/\r?\n$/, '') };
  }
  const make = ({ line, cells }: Row): Batch[number] => fromCells(cells, columns, parse.idPrefix ? `${parse.idPrefix}${line}` : line);
  try {
    yield* batched(numbered(), source.name, make, onBad);
  } catch (error) {
    const at = error as Error & { code?: string; lines?: number };
    if (!at.code?.startsWith('CSV_')) throw error;
    throw new PipeError('data', 'this is no CSV', {
      place: { file: source.name, ...(at.lines ? { line: at.lines } : {}) },
      found: at.message,
      cause: error,
    });
  }
}
