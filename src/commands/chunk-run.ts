/** One chunk on its way through the stages, as lines or as records, and what is counted and put aside on the way. */
import { PipeError } from '../errors.js';
import { LINE, type Batch } from '../formats/record.js';
import type { Chunk } from '../io/lines.js';
import { byteLines, parseChunk } from '../io/parse.js';
import type { LineStep } from '../steps/lines/step.js';
import type { Count, Step, StepContext } from '../steps/step.js';
import { doLines, together, type LinesDone, type ParseLines, type RecordLines } from './chunk-lines.js';
import { plain, type BadLine } from './plain-error.js';

/** The counts of a run. */
export class Tally {
  readonly counts = new Map<Count, number>();
  readonly count = (what: Count, howMany: number): void => void this.counts.set(what, (this.counts.get(what) ?? 0) + howMany);
}

export class ChunkRun {
  /** records that came in; the first that reads them knows it */
  #recordsIn: number | undefined;
  readonly #bad: Omit<BadLine, 'bytes'>[] = [];
  readonly #tally = new Tally();
  readonly #context: StepContext;

  /** @param quarantine bad lines are put aside; else the first is thrown */
  constructor(
    readonly chunk: Chunk,
    readonly how: ParseLines,
    readonly quarantine: boolean,
  ) {
    const { file } = how;
    this.#context = {
      count: this.#tally.count,
      reject: (record, error) => this.#reject(record[LINE]!, error.at({ file, line: record[LINE]! })),
    };
  }

  /** The chunk's records. */
  async records(): Promise<Batch> {
    const batch = await this.#parse(this.chunk, this.how);
    this.#recordsIn = batch.length + this.#bad.length;
    return batch;
  }

  /** The lines that a step can do as they lie, and the others as records, each group by itself. */
  async doLines(lines: RecordLines, lineStep: LineStep): Promise<LinesDone & { records: Batch[] }> {
    const done = doLines(lines, lineStep, this.#context);
    const records: Batch[] = [];
    for (const { bytes, index } of done.left) records.push(await this.recordsOf(lines, bytes, index));
    this.#recordsIn ??= done.numbers.length + records.flat().length + this.#bad.length;
    return { ...done, records };
  }

  /** The lines with what a step adds; those that it cannot do as they lie go through it as records. */
  async lineStep(lines: RecordLines, lineStep: LineStep, step: () => Promise<Step>): Promise<RecordLines> {
    const done = await this.doLines(lines, lineStep);
    const through: Batch[] = [];
    for (const records of done.records) through.push(records.length > 0 ? await this.through(records, [await step()]) : []);
    return together(done, through, lines);
  }

  /** The records of some of the lines; `index` is that of the first. */
  async recordsOf({ bytes, numbers, parse }: RecordLines, some = bytes, index = 0): Promise<Batch> {
    const firstLine = numbers[index]!;
    const batch = await this.#parse({ bytes: some, firstLine, firstCharacter: 0 }, parse);
    for (const record of batch) record[LINE] = numbers[index + record[LINE]! - firstLine]!;
    return batch;
  }

  through(batch: Batch, steps: readonly Step[]): Promise<Batch> {
    return throughSteps(batch, steps, this.#context);
  }

  /** What there is to tell at the end. */
  summary(): { recordsIn: number; counts: [Count, number][]; bad: BadLine[] } {
    const bytes = this.#bad.length > 0 ? byteLines(this.chunk.bytes) : [];
    return {
      recordsIn: this.#recordsIn!,
      counts: [...this.#tally.counts],
      // two bad sentences of one line share its bytes, as one object: by that the quarantine knows to write them once
      bad: this.#bad
        .sort((a, b) => a.line - b.line)
        .map(({ line, why }) => ({ line, bytes: bytes[line - this.chunk.firstLine] ?? new Uint8Array(), why })),
    };
  }

  #parse(chunk: Chunk, how: ParseLines): Promise<Batch> {
    return parseChunk(chunk, { ...how, onBad: (line, error) => this.#reject(line, error), count: this.#tally.count });
  }

  #reject(line: number, error: PipeError): void {
    if (!this.quarantine) throw error;
    this.#bad.push({ line, why: plain(error) });
  }
}

/** The steps in a row over one stream of batches. */
export function chain(batches: AsyncIterable<Batch>, steps: readonly Step[], context: StepContext): AsyncIterable<Batch> {
  return steps.reduce((stream, step) => step(stream, context), batches);
}

/** All that comes of a batch. */
export async function throughSteps(batch: Batch, steps: readonly Step[], context: StepContext): Promise<Batch> {
  const results: Batch[] = [];
  for await (const result of chain(one(batch), steps, context)) results.push(result);
  return results.flat();
}

async function* one(batch: Batch): AsyncGenerator<Batch> {
  yield await Promise.resolve(batch);
}
