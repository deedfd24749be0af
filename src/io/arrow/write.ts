/**
 * Records as Arrow IPC: the file format, or the stream format for stdout. A file holds the whole stream, so both can be read as they come.
 * The first batch decides the columns. What a later record has beside them is not lost: it stands as JSON in one last column.
 */
import type * as Arrow from 'apache-arrow';
import { PipeError } from '../../errors.js';
import { namesOf, toJson, type Batch, type SentenceRecord } from '../../formats/record.js';
import type { Output } from '../output.js';
import { cuts, parts } from '../parts.js';
import type { RecordWriter } from '../write.js';
import { columnsFor, MARK, own, text, type Column } from './columns.js';
import { handedRows, joinedRows } from './handed.js';
import { loadArrow } from './library.js';
import { put } from './values.js';
import { numbersOf, rowColumns } from './write-rows.js';

type ArrowModule = typeof Arrow;

/** What the schema is called by, and what is written as long as nothing is closed. */
interface Open {
  arrow: ArrowModule;
  columns: Column[];
  schema: Arrow.Schema;
  columnsOf: ReturnType<typeof rowColumns>;
  writer: Arrow.RecordBatchWriter;
  /** the bytes that the writer has made since the last call */
  made: () => Uint8Array[];
}

/** The most numbers in one Arrow batch: 8 MB of floats, whose memory is used again; less where there are traces, which are JSON. */
const NUMBERS = 1 << 21;
const SMALL = 1 << 16;

export function arrowWriter(output: Output, format: 'file' | 'stream'): RecordWriter {
  let open: Open | undefined;
  const flush = async ({ made }: Open): Promise<void> => {
    for (const bytes of joined(made())) await output.write(bytes);
  };
  const write = async (batch: Batch): Promise<void> => {
    for (const part of parts(batch, NUMBERS)) {
      open ??= opened(part, format);
      open.writer.write(toArrow(part, open));
      await flush(open);
    }
  };
  return {
    ...output,
    write,
    writeRows: async (made) => {
      const columnsOf = open?.columnsOf(made);
      if (!open || !columnsOf) return write(made.records());
      for (const [begin, end] of cuts(made.length, (row) => numbersOf(made, row), NUMBERS)) {
        open.writer.write(recordBatch(open, columnsOf(begin, end), end - begin));
        await flush(open);
      }
      // who writes on, or publishes, meets with what this ends with, too
      output.settled?.().then(
        () => made.release(),
        () => {},
      );
    },
    writeLines: () => Promise.reject(new PipeError('bug', 'lines of JSON cannot be written as Arrow')),
    publish: async () => {
      open ??= opened([], format);
      open.writer.close();
      await flush(open);
      await output.publish();
    },
  };
}

function opened(batch: Batch, format: 'file' | 'stream'): Open {
  const arrow = loadArrow();
  const columns = columnsFor(arrow, batch);
  const { schema, all } = schemaOf(arrow, columns);
  let queue: Uint8Array[] = [];
  class Queue extends arrow.AsyncByteQueue {
    override write(chunk: Uint8Array): void {
      queue.push(chunk);
    }
  }
  // Arrow's own file writer leaves the schema to the footer, and then the file cannot be read as it comes
  class FileWriter extends arrow.RecordBatchFileWriter {
    protected override _writeSchema(written: Arrow.Schema): this {
      super._writeSchema(written);
      return this._writeMessage(arrow.Message.from(written));
    }
  }
  const writer = format === 'file' ? new FileWriter() : new arrow.RecordBatchStreamWriter();
  writer.reset(new Queue(), schema);
  const made = (): Uint8Array[] => {
    const bytes = queue;
    queue = [];
    return bytes;
  };
  return { arrow, columns: all, schema, columnsOf: rowColumns(arrow, all), writer, made };
}

/** The columns, and one more for what fits none of them. */
function schemaOf(arrow: ArrowModule, columns: Column[]): { schema: Arrow.Schema; all: Column[] } {
  let name = 'otherFields';
  while (columns.some((column) => column.name === name)) name = `_${name}`;
  const fields = columns.map((column) => new arrow.Field(column.name, column.type, true, new Map(column.json ? [[MARK, 'json']] : [])));
  const rest = new arrow.Field(name, new arrow.Utf8(), true, new Map([[MARK, 'rest']]));
  return { schema: new arrow.Schema([...fields, rest]), all: columns };
}

function toArrow(batch: Batch, { arrow, columns, schema }: Open): Arrow.RecordBatch {
  // how many fields of each record stand in columns
  const stored = new Int32Array(batch.length);
  const children = columns.map((column) => {
    const rows = column.json ? undefined : handedRows(arrow, batch, column.name, column.type);
    if (rows) {
      for (let i = 0; i < stored.length; i++) stored[i]!++;
      return joinedRows(arrow, column.type, rows);
    }
    return column.data(valuesIn(batch, column, stored));
  });
  const last = text(arrow).data(rests(batch, columns, stored));
  return recordBatch({ arrow, schema }, [...children, last], batch.length);
}

function recordBatch({ arrow, schema }: Pick<Open, 'arrow' | 'schema'>, children: Arrow.Data[], length: number): Arrow.RecordBatch {
  const type = new arrow.Struct(schema.fields);
  return new arrow.RecordBatch(schema, arrow.makeData({ type, length, nullCount: 0, children }));
}

/** What the column holds of the records, which is counted. */
function valuesIn(batch: Batch, column: Column, stored: Int32Array): unknown[] {
  const values = new Array<unknown>(batch.length);
  for (let i = 0; i < batch.length; i++) {
    const value = valueIn(batch[i]!, column);
    if (value !== undefined) stored[i]!++;
    values[i] = value;
  }
  return values;
}

/** Of each record what fits no column, if there is any. */
function rests(batch: Batch, columns: readonly Column[], stored: Int32Array): (string | undefined)[] {
  const texts = new Array<string | undefined>(batch.length);
  for (let i = 0; i < batch.length; i++) texts[i] = stored[i] === countFields(batch[i]!) ? undefined : restOf(batch[i]!, columns);
  return texts;
}

/** What the column holds of a record. */
function valueIn(record: SentenceRecord, { name, fits }: Column): unknown {
  const value = own(record, name);
  return value === undefined || !fits(value) ? undefined : value;
}

function countFields(record: SentenceRecord): number {
  let count = 0;
  for (const name of Object.keys(record)) if (record[name] !== undefined) count++;
  return count;
}

/** What fits no column, as JSON. */
function restOf(record: SentenceRecord, columns: readonly Column[]): string {
  const stored = new Set(columns.filter((column) => valueIn(record, column) !== undefined).map(({ name }) => name));
  const rest: SentenceRecord = {};
  for (const name of namesOf(record)) if (!stored.has(name)) put(rest, name, own(record, name));
  return toJson(rest);
}

/** Small neighbours in one piece, so that they cost one system call. */
function* joined(pieces: Uint8Array[]): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  for (const piece of pieces) {
    if (piece.length < SMALL) {
      small.push(piece);
      continue;
    }
    if (small.length > 0) yield Buffer.concat(small);
    yield piece;
    small = [];
  }
  if (small.length > 0) yield Buffer.concat(small);
}
