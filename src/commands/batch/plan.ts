/** The shards of a corpus, and one after another what a worker needs to do them. */
import { lineCounter, type LineCounter, type LineRange } from '../../corpus/count-lines.js';
import { isPacked, type Corpus, type CorpusFile } from '../../corpus/files.js';
import type { InputRange, ShardEntry } from '../../corpus/ledger.js';
import { shardsOf, type Piece } from '../../corpus/shards.js';
import { inputOf, type ReadOptions } from '../../io/read.js';
import { openHead } from '../../io/source.js';
import type { JobInput } from './messages.js';

export interface Plan {
  files: readonly CorpusFile[];
  shards: readonly Piece[][];
  /** files whose characters are counted: raw text, which has spans */
  inCharacters: ReadonlySet<number>;
}

export interface Task {
  shard: number;
  name: string;
  inputs: JobInput[];
  /** as the ledger tells it */
  range: InputRange;
}

/** @throws PipeError where a large file is none that can be read */
export async function planOf({ files }: Corpus, read: ReadOptions, shardBytes: number): Promise<Plan> {
  const inCharacters = new Set<number>();
  const toCut = [];
  for (const [index, file] of files.entries()) {
    const kind = file.size > shardBytes ? await kindOfLines(file, read) : undefined;
    if (kind === 'text') inCharacters.add(index);
    toCut.push({ size: file.size, divisible: kind !== undefined });
  }
  return { files, shards: shardsOf(toCut, shardBytes), inCharacters };
}

/** How a file lies in lines; undefined if it may not be cut between any two of them. */
async function kindOfLines({ path, size }: CorpusFile, read: ReadOptions): Promise<string | undefined> {
  if (isPacked(path) || read.wrapped || (read.encoding ?? 'utf-8') !== 'utf-8') return undefined;
  const { head, plain } = await openHead({ path, name: path });
  if (!plain) return undefined;
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  const nothing = (async function* () {})();
  const { inLines, layout } = inputOf({ name: path, extension, head, bytes: nothing, size }, read, '', () => {});
  // where a WARC record begins is told by the one before it
  return inLines && layout.kind !== 'wet' ? layout.kind : undefined;
}

/** The output's name without its extension: part-00012. */
function nameOf(shard: number, shards: number): string {
  return `part-${String(shard).padStart(Math.max(5, String(shards - 1).length), '0')}`;
}

/** The tasks in order. Lines are counted on the way, but for those that the ledger has counted already. */
export async function* tasksOf({ files, shards, inCharacters }: Plan, known: ReadonlyMap<number, ShardEntry>): AsyncGenerator<Task> {
  let counting: { file: number; counter: LineCounter } | undefined;
  try {
    for (const [shard, pieces] of shards.entries()) {
      const inputs: JobInput[] = [];
      let range: LineRange | undefined;
      for (const { file, begin, end } of pieces) {
        const { path, size, modified } = files[file]!;
        if (begin === 0 && end === size) {
          inputs.push({ path, size, modified });
          continue;
        }
        if (counting?.file !== file) {
          await counting?.counter.close();
          counting = { file, counter: lineCounter(path, size, inCharacters.has(file)) };
        }
        const counted = countedBefore(known.get(shard)?.input);
        if (counted) counting.counter.skip(counted);
        range = counted ?? (await counting.counter.next(begin, end));
        inputs.push({ path, size, modified, range });
      }
      const [first, last] = [inputs[0]!, inputs.at(-1)!];
      yield {
        shard,
        name: nameOf(shard, shards.length),
        inputs,
        range: { files: inputs.length, from: first.path, to: last.path, begin: 0, end: last.size, ...range },
      };
    }
  } finally {
    await counting?.counter.close();
  }
}

function countedBefore(range: InputRange | undefined): LineRange | undefined {
  return range?.lines === undefined ? undefined : (range as LineRange);
}
