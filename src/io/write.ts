/** Records to an output in the format that its name or `--format` says. */
import { PipeError } from '../errors.js';
import { toJson, type Batch } from '../formats/record.js';
import { arrowWriter } from './arrow.js';
import { openOutput, type Output, type OutputOptions } from './output.js';

export type OutputFormat = 'jsonl' | 'json' | 'arrow';

export interface RecordWriter {
  write(batch: Batch): Promise<void>;
  /** lines of JSON that a worker thread has made already; not for Arrow */
  writeLines(lines: Uint8Array): Promise<void>;
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
  const output = openOutput(path, options);
  if (format === 'arrow') return arrowWriter(output);
  return format === 'json' ? arrayWriter(output) : lineWriter(output);
}

/** Records as lines of JSON, each with its line end. */
export function linesOf(batch: Batch): Uint8Array {
  return Buffer.from(batch.map((record) => `${toJson(record)}\n`).join(''));
}

/** Batches with large tensors are written in parts, since a string of half a gigabyte is the most there can be. */
function* parts(batch: Batch): Generator<Batch> {
  const numbers = batch.reduce(
    (sum, { embeddings, hiddenStates, trace }) => Math.max(sum, (embeddings ?? hiddenStates)?.data.length ?? 0, trace ? 1e5 : 0),
    1,
  );
  const size = Math.max(1, Math.floor(4e5 / numbers));
  for (let at = 0; at < batch.length; at += size) yield batch.slice(at, at + size);
}

function lineWriter(output: Output): RecordWriter {
  return {
    ...output,
    write: async (batch) => {
      for (const part of parts(batch)) await output.write(linesOf(part));
    },
    writeLines: (lines) => output.write(lines),
  };
}

/** One array, one record a line. */
function arrayWriter(output: Output): RecordWriter {
  let first = true;
  const writeLines = async (lines: Uint8Array): Promise<void> => {
    if (lines.length === 0) return;
    const text = Buffer.from(lines.buffer, lines.byteOffset, lines.length).toString('utf8').slice(0, -1);
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

export function refuseLines(): never {
  throw new PipeError('bug', 'lines of JSON cannot be written as Arrow');
}
