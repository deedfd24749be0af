/**
 * One shard, done: its inputs through the steps into a file of its own, or into counts. The same bytes whoever does it, and when.
 * Nothing stands under the output's name before all of it is on the disk.
 */
import { PipeError } from '../../errors.js';
import { unchanged } from '../../corpus/fingerprint.js';
import { FILE, LINE, RAW, toJson, type Batch } from '../../formats/record.js';
import type { Encoding } from '../../io/encoding.js';
import { countLines, type Chunk } from '../../io/lines.js';
import { chunksOf, inputOf, recordsOf, stop, type Input, type OnBad } from '../../io/read.js';
import { openRange, openSource } from '../../io/source.js';
import { writerTo, type RecordWriter } from '../../io/write.js';
import type { StepContext } from '../../steps/step.js';
import { formatCounts, unpack, type TokenCounts } from '../../text/counts.js';
import { chain, Tally } from '../chunk-run.js';
import type { Share, Work } from '../chunk-work.js';
import { plain, type PlainError } from '../plain-error.js';
import { definitionsOf } from '../stages.js';
import { wantedOf, wantedParts, type Wanted } from './items.js';
import type { JobInput, ShardJob, ShardResult, ShardWork } from './messages.js';
import { openAside, openHashed, type Aside, type HashedOutput } from './outputs.js';

/** What the work on a shard says and asks while it goes on. */
export interface Hooks {
  /** bytes read and records written since the last call */
  progress: (bytes: number, recordsOut: number) => void;
  note: (text: string) => void;
  /** throws when the run is to end */
  goOn: () => void;
}

/** A shard under way. */
interface Run {
  job: ShardJob;
  work: ShardWork;
  hooks: Hooks;
  wanted: Wanted;
  tally: Tally;
  share: Share;
  writer: RecordWriter | undefined;
  aside: Aside | undefined;
  items: number;
  recordsIn: number;
  recordsOut: number;
}

const KILLED: PlainError = { code: 'data', message: 'a worker died whenever it worked on this record' };

/** The extension of a shard's output. */
const extensionOf = ({ result }: ShardWork): string => (typeof result === 'string' ? result : 'counts.json');

/** The work on a chunk. A probe looks for deaths: bad records are nothing to it. */
export const chunkWork = ({ stages, result, quarantine }: ShardWork, { probe }: ShardJob): Work => ({
  stages,
  then: typeof result === 'string' ? 'lines' : { fold: 'counts', options: result.counts },
  quarantine: quarantine || probe !== undefined,
});

/**
 * @param share of `chunkWork`; where the result is counts it is this shard's own
 * @throws PipeError for the first bad record, unless bad lines are put aside; nothing is left under the output's name then
 */
export async function doShard(job: ShardJob, work: ShardWork, share: Share, hooks: Hooks): Promise<ShardResult> {
  const { folder, result } = work;
  const output = job.probe ? undefined : openHashed(folder, `${job.name}.${extensionOf(work)}`);
  const aside = job.probe ? undefined : openAside(folder, job.name);
  const writer = output && typeof result === 'string' ? writerTo(output, result, 'file') : undefined;
  const run: Run = {
    job,
    work,
    hooks,
    wanted: wantedOf(job),
    tally: new Tally(),
    share,
    writer,
    aside,
    items: 0,
    recordsIn: 0,
    recordsOut: 0,
  };
  try {
    if (result === 'arrow' || !(await definitionsOf(work.stages)).every(({ parallel }) => parallel)) await throughOneStream(run);
    else await chunkByChunk(run);
    for (const input of job.inputs) unchanged(input);
    return await published(run, output);
  } catch (error) {
    output?.abandon();
    aside?.abandon();
    throw error;
  }
}

async function published(run: Run, output: HashedOutput | undefined): Promise<ShardResult> {
  const { recordsIn, recordsOut, tally, aside, writer, items } = run;
  const recordsBad = aside?.count() ?? 0;
  const counted = { items, recordsIn, recordsOut, recordsBad, counts: [...tally.counts] };
  if (!output || !aside) return counted;
  const lost = recordsIn + (tally.counts.get('addedRecords') ?? 0) - recordsOut - recordsBad;
  if (lost !== 0) throw new PipeError('bug', `${lost} records of ${run.job.name} were lost on the way`, { hint: 'please report this' });
  const bad = await aside.publish();
  if (writer) await writer.publish();
  else {
    const counts = (await run.share.accumulator()) as TokenCounts;
    unpack(counts);
    await output.write(Buffer.from(formatCounts(counts)));
    await output.publish();
  }
  return { ...counted, output: output.file(), ...(bad ? { bad } : {}) };
}

/** Opens the inputs one after another, each when the one before is done. */
async function* inputsOf({ job, work, hooks }: Run): AsyncGenerator<Input> {
  for (const input of job.inputs) {
    const { path, range } = input;
    const file = { path, name: path };
    const idPrefix = work.severalFiles ? `${path}:` : '';
    const source = range ? await openRange(file, range.begin, range.end) : await openSource(file, work.read.encoding as Encoding);
    const first = range && { line: range.firstLine, character: range.firstCharacter };
    yield inputOf(source, work.read, idPrefix, hooks.note, first);
    // of a packed file nobody knows how far it is
    hooks.progress(bytesOf(input), 0);
  }
}

export const bytesOf = ({ size, range }: JobInput): number => (range ? range.end - range.begin : size);

async function chunkByChunk(run: Run): Promise<void> {
  for await (const input of inputsOf(run)) {
    if (!input.inLines || (run.wanted.some && !isLineByLine(input))) {
      const batches = chain(recordsHere(run, input), await run.share.steps(), contextOf(run, input.source));
      for await (const batch of batches) await take(run, batch);
    } else for await (const chunk of chunksOf(input, run.work.read)) await takeChunk(run, input, chunk);
  }
}

/** Whether each line can be read without those before it. */
const isLineByLine = ({ layout }: Input): boolean => layout.kind !== 'wet' && !(layout.kind === 'text' && layout.wrapped);

async function takeChunk(run: Run, input: Input, chunk: Chunk): Promise<void> {
  const { wanted, share, hooks, aside } = run;
  hooks.goOn();
  const file = input.source.name;
  for (const part of wanted.some ? wantedParts(chunk, run.items, wanted) : [{ chunk, skipped: false }]) {
    if (part.skipped) {
      run.recordsIn++;
      aside?.put({ file, line: part.chunk.firstLine }, part.chunk.bytes, KILLED);
      continue;
    }
    const done = await share.do({ chunk: part.chunk, parse: input.parse });
    run.recordsIn += done.recordsIn;
    run.recordsOut += done.recordsOut;
    for (const [what, howMany] of done.counts) run.tally.count(what, howMany);
    for (const { line, bytes, why } of done.bad) aside?.put({ file, line }, bytes, why);
    hooks.progress(0, done.recordsOut);
    await run.writer?.writeLines(done.lines);
  }
  run.items += countLines(chunk.bytes) + (chunk.bytes.at(-1) === LF ? 0 : 1);
}

const LF = 10;

/** All records as one stream over the inputs, for steps that take batches and for Arrow. */
async function throughOneStream(run: Run): Promise<void> {
  const current = { name: '' };
  async function* records(): AsyncGenerator<Batch> {
    for await (const input of inputsOf(run)) {
      current.name = input.source.name;
      yield* recordsHere(run, input);
    }
  }
  for await (const batch of chain(records(), await run.share.steps(), contextOf(run, current))) await take(run, batch);
}

async function take(run: Run, batch: Batch): Promise<void> {
  run.recordsOut += batch.length;
  run.hooks.progress(0, batch.length);
  run.share.fold(batch);
  await run.writer?.write(batch);
}

/** The wanted records of an input, each an item. */
async function* recordsHere(run: Run, input: Input): AsyncGenerator<Batch> {
  const { wanted, work, hooks, aside } = run;
  const file = input.source.name;
  // an unreadable record is none to the steps, so it kills nobody
  const onBad: OnBad = (line, error, raw) => {
    run.recordsIn++;
    aside?.put({ file, line }, raw, plain(error));
  };
  for await (const batch of recordsOf(input, work.read, work.quarantine || wanted.some ? onBad : stop, run.tally.count)) {
    hooks.goOn();
    run.recordsIn += batch.length;
    // the next input is read while records of this one are worked on
    for (const record of batch) record[FILE] = file;
    const kept = wanted.some ? batch.filter((record, i) => keeps(run, record, run.items + i, file)) : batch;
    run.items += batch.length;
    if (kept.length > 0) yield kept;
  }
}

function keeps({ wanted, aside }: Run, record: Batch[number], item: number, file: string): boolean {
  if (wanted.isSkipped(item)) aside?.put({ file, line: record[LINE] ?? 0 }, rawOf(record), KILLED);
  return wanted.has(item);
}

const rawOf = (record: Batch[number]): Uint8Array => record[RAW] ?? Buffer.from(toJson(record));

function contextOf({ tally, work, aside, job }: Run, current: { name: string }): StepContext {
  return {
    count: tally.count,
    reject: (record, error) => {
      const place = { file: record[FILE] ?? current.name, line: record[LINE] ?? 0 };
      error.at(place);
      if (!work.quarantine && !job.probe) throw error;
      aside?.put(place, rawOf(record), plain(error));
    },
  };
}
