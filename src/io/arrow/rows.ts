/** Rows of what was read of Arrow, as columns or, where somebody wants them so, as records. */
import { PipeError, show } from '../../errors.js';
import type { Memory } from '../../formats/memory.js';
import { FILE, fromJson, LINE, type Batch, type SentenceRecord } from '../../formats/record.js';
import type { Lists, Rows } from '../../formats/rows.js';
import { parseJson } from '../parse.js';
import type { Handed } from './handed.js';
import { damaged } from './messages.js';
import { put, type Cell } from './values.js';

/** A column of a table. */
export interface Reading {
  name: string;
  /** undefined where the record has none; all that is to be checked has been */
  cell: Cell;
  /** of a column that may be handed on as it lies */
  handed?: Handed;
  /** of tensors that all records have */
  matrices?: Lists<Float32Array>;
}

/** What came together in one message. */
export interface Table {
  file: string;
  /** of its first record */
  line: number;
  length: number;
  readings: readonly Reading[];
  /** what did not fit the columns, as JSON */
  rest: readonly Cell[];
  /** its memory, which it goes back to when all rows are released */
  memory?: Memory | undefined;
}

export class TableRows implements Rows {
  readonly #whole: Table & { unreleased: number };

  private constructor(
    whole: Table & { unreleased: number },
    readonly begin: number,
    readonly end: number,
  ) {
    this.#whole = whole;
  }

  static of(table: Table): TableRows {
    return new TableRows({ ...table, unreleased: table.length }, 0, table.length);
  }

  get length(): number {
    return this.end - this.begin;
  }

  slice(begin: number, end: number): TableRows {
    return new TableRows(this.#whole, this.begin + begin, Math.min(this.begin + end, this.end));
  }

  records(): Batch {
    const { file, line: first, readings, rest } = this.#whole;
    const batch: Batch = [];
    let line = first + this.begin;
    try {
      for (; batch.length < this.length; line++) batch.push(recordAt(readings, rest, line - first, { [LINE]: line, [FILE]: file }));
    } catch (error) {
      if (error instanceof PipeError) throw error.at({ file, line });
      throw damaged(file, (error as Error).message, error);
    }
    return batch;
  }

  has(name: string): boolean {
    return this.#whole.rest.length > 0 || this.#reading(name) !== undefined;
  }

  matrices(name: string): Lists<Float32Array> | undefined {
    const lists = this.#reading(name)?.matrices;
    return lists && { ...lists, begins: this.#begins(lists.begins) };
  }

  integers(name: string): Lists<Int32Array> | undefined {
    const data = this.handed(name)?.data;
    const values: unknown = data?.children[0]?.values;
    if (!data?.valueOffsets || !(values instanceof Int32Array)) return undefined;
    return { values, begins: this.#begins(data.valueOffsets as Int32Array), width: 1 };
  }

  liesWhole(but: readonly string[]): boolean {
    const { readings, rest } = this.#whole;
    return rest.length === 0 && readings.every(({ name, handed }) => handed !== undefined || but.includes(name));
  }

  release(): void {
    const whole = this.#whole;
    whole.unreleased -= this.length;
    if (whole.unreleased > 0) return;
    for (const { matrices } of whole.readings) if (matrices) whole.memory?.give(matrices.values.buffer);
  }

  /** The column of a field, if it may be handed on. */
  handed(name: string): Handed | undefined {
    return this.#reading(name)?.handed;
  }

  get names(): string[] {
    return this.#whole.readings.map(({ name }) => name);
  }

  #reading(name: string): Reading | undefined {
    return this.#whole.readings.find((reading) => reading.name === name);
  }

  #begins(begins: Int32Array): Int32Array {
    return begins.subarray(this.begin, this.end + 1);
  }
}

/** @param record without a field */
function recordAt(readings: readonly Reading[], rest: readonly Cell[], row: number, record: SentenceRecord): SentenceRecord {
  const others: SentenceRecord = {};
  for (const cell of rest) {
    const text = cell(row);
    if (text !== undefined) for (const [name, value] of Object.entries(fromJson(objectOf(text)))) put(others, name, value);
  }
  for (const { name, cell } of readings) {
    // what did not fit its column comes back in its place
    const there = cell(row);
    const value = there === undefined && Object.hasOwn(others, name) ? others[name] : there;
    if (value !== undefined) put(record, name, value);
  }
  for (const name of Object.keys(others)) if (!Object.hasOwn(record, name)) put(record, name, others[name]);
  return record;
}

function objectOf(text: unknown): object {
  const value = parseJson(String(text));
  if (typeof value === 'object' && value !== null) return value;
  throw new PipeError('data', 'the column of other fields holds no JSON object', { found: show(text), hint: 'leave that column out' });
}
