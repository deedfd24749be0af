/** Records to an output in the format that its name or `--format` says. */
import { textOf } from '../formats/bytes.js';
import { PLAIN, toJson, type Batch, type SentenceRecord } from '../formats/record.js';
import type { NewRows } from '../formats/rows.js';
import { arrowWriter } from './arrow/write.js';
import { openOutput, type Output, type OutputOptions } from './output.js';
import { parts } from './parts.js';

export type OutputFormat = 'jsonl' | 'json' | 'arrow' | 'text';

export interface RecordWriter {
  write(batch: Batch): Promise<void>;
  /** lines that a worker thread has made already; not for Arrow */
  writeLines(lines: Uint8Array): Promise<void>;
  /** columns as they lie, which are released when they are written; for Arrow alone */
  writeRows?(made: NewRows): Promise<void>;
  publish(): Promise<void>;
  abandon(): void;
}

/** @throws PipeError('usage') where the name tells no format and none is given */
export function outputFormat(path: string, format: string | undefined): OutputFormat {
  const extension = /\.([a-z0-9]+)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  const named = ({ jsonl: 'jsonl', ndjson: 'jsonl', json: 'json', arrow: 'arrow', arrows: 'arrow' } as const)[extension];
  return (format as OutputFormat | undefined) ?? named ?? 'jsonl';
}

/** Opens the writer; nothing stands under the output's name before `publish`. */
export function openWriter(path: string, format: OutputFormat, options: OutputOptions): RecordWriter {
  // .arrows is the usual name of the stream format
  return writerTo(openOutput(path, options), format, path === '-' || /\.arrows(\.gz)?$/i.test(path) ? 'stream' : 'file');
}

/** Records to an opened output. */
export function writerTo(output: Output, format: OutputFormat, arrow: 'stream' | 'file'): RecordWriter {
  if (format === 'arrow') return arrowWriter(output, arrow);
  return format === 'json' ? arrayWriter(output) : lineWriter(output, format === 'text' ? plainOf : toJson);
}

const plainOf = (record: SentenceRecord): string => record[PLAIN] ?? '';

/** Records as lines of JSON, or as the lines of text that they hold, each with its line end. */
export const linesOf = (batch: Batch): Uint8Array => bytesOf(batch.map(toJson));
export const plainLinesOf = (batch: Batch): Uint8Array => bytesOf(batch.map(plainOf));

function bytesOf(lines: readonly string[]): Uint8Array {
  // three bytes a code unit are the most that UTF-8 takes
  const bytes = Buffer.allocUnsafeSlow(lines.reduce((sum, line) => sum + 3 * line.length + 1, 0));
  let length = 0;
  // many lines in one call: joining them costs less than the calls
  for (let begin = 0, end = 0; begin < lines.length; begin = end) {
    for (let size = 0; end < lines.length && size < TOGETHER; end++) size += lines[end]!.length;
    length += bytes.write(`${lines.slice(begin, end).join('\n')}\n`, length);
  }
  return bytes.subarray(0, length);
}

/** Characters that are encoded in one call; a string has its limits. */
const TOGETHER = 1 << 20;

function lineWriter(output: Output, lineOf: (record: SentenceRecord) => string): RecordWriter {
  return {
    ...output,
    write: async (batch) => {
      for (const part of parts(batch)) await output.write(bytesOf(part.map(lineOf)));
    },
    writeLines: (lines) => output.write(lines),
  };
}

/** One array, one record a line. */
function arrayWriter(output: Output): RecordWriter {
  let first = true;
  const writeLines = async (lines: Uint8Array): Promise<void> => {
    if (lines.length === 0) return;
    const text = textOf(lines).slice(0, -1);
    await output.write(Buffer.from(`${first ? '[\n' : ',\n'}${text.replaceAll('\n', ',\n')}`));
    first = false;
  };
  return {
    ...output,
    writeLines,
    write: async (batch) => {
      for (const part of parts(batch)) await writeLines(linesOf(part));
    },
    publish: async () => {
      await output.write(Buffer.from(first ? '[]\n' : '\n]\n'));
      await output.publish();
    },
  };
}
