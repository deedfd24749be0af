/** `inspect FILE`: what is this file, how large are its parts, and what does its first record look like. For people. */
import { FIELDS, type FieldName, type LayerTrace, type SentenceRecord } from '../formats/record.js';
import { Spans } from '../formats/spans.js';
import { Tensor } from '../formats/tensor.js';
import { readRecords } from '../io/read.js';
import { inputFile } from '../io/source.js';
import type { CommandDefinition } from './command.js';
import { describeDocument } from './inspect-document.js';
import { fit, table } from './table.js';

export const inspectCommand: CommandDefinition = {
  description: `Says what a file of rnn-pipe is (records after which step, a vocabulary, counts, weights), how many records it has, the shape and
range of every field, and shows the first record.`,
  argument: { name: '<file>', about: 'records, vocabulary.json, counts, or weights.safetensors; - is stdin' },
  options: [],
  examples: ['rnn-pipe inspect examples/padded.jsonl', 'rnn-pipe inspect examples/vocabulary.json'],
  run: async ({ inputs, report }) => {
    const file = inputs[0]!;
    await report.data((await describeDocument(file)) ?? (await describeRecords(file)));
  },
};

/** What is known of one field after all records were seen. */
interface Seen {
  records: number;
  shapes: Map<string, number>;
  least: number;
  most: number;
}

async function describeRecords(file: string): Promise<string> {
  const seen = new Map<string, Seen>();
  let first: SentenceRecord | undefined;
  let count = 0;
  for await (const batch of readRecords([inputFile(file)], { records: false }))
    for (const record of batch) {
      first ??= record;
      count++;
      for (const [name, value] of Object.entries(record)) see(seen, name, value);
    }
  if (!first) return `${file}: no records\n`;
  const rows = [...seen].map(([name, facts]) => [
    name,
    facts.records === count ? 'all' : String(facts.records),
    shapeOf(facts),
    facts.least <= facts.most ? `${short(facts.least)} … ${short(facts.most)}` : '',
    Object.hasOwn(FIELDS, name) ? FIELDS[name as FieldName].about : 'yours: handed on as it is',
  ]);
  const head = `${file}: ${count} record${count === 1 ? '' : 's'}, ${lastStep(seen)}\n\n`;
  return `${head}${table(['field', 'records', 'shape', 'range', 'what it is'], rows)}\nfirst record:\n${showRecord(first)}`;
}

/** The latest step whose fields are there, in the words of the pipeline. */
function lastStep(seen: ReadonlyMap<string, Seen>): string {
  const steps = Object.entries(FIELDS).filter(([name]) => seen.has(name));
  const last = steps.at(-1);
  return last ? `as they come from ${last[1].step}` : 'with none of the pipeline’s fields';
}

function see(seen: Map<string, Seen>, name: string, value: unknown): void {
  let facts = seen.get(name);
  if (!facts) seen.set(name, (facts = { records: 0, shapes: new Map(), least: Infinity, most: -Infinity }));
  facts.records++;
  const shape = shapeOfValue(value);
  facts.shapes.set(shape, (facts.shapes.get(shape) ?? 0) + 1);
  const numbers = value instanceof Tensor ? value.data : typeof value === 'number' ? [value] : Array.isArray(value) ? value : [];
  for (const number of numbers as Iterable<unknown>) {
    if (typeof number !== 'number') return;
    if (number < facts.least) facts.least = number;
    if (number > facts.most) facts.most = number;
  }
}

function shapeOfValue(value: unknown): string {
  if (value instanceof Tensor) return value.shape.join(' × ');
  return Array.isArray(value) || value instanceof Spans ? String(value.length) : typeof value;
}

function shapeOf({ shapes }: Seen): string {
  const all = [...shapes.keys()];
  if (all.length === 1) return all[0]!;
  const sizes = all.map((shape) => shape.split(' × ').map(Number));
  if (sizes.some((size) => size.some(Number.isNaN))) return `${all.length} kinds`;
  return sizes[0]!
    .map((_, axis) => {
      const along = sizes.map((size) => size[axis]!);
      const [least, most] = [Math.min(...along), Math.max(...along)];
      return least === most ? String(least) : `${least}…${most}`;
    })
    .join(' × ');
}

const short = (number: number): string => (Number.isInteger(number) ? String(number) : number.toFixed(4));

/** One field a line; long arrays and matrices shortened, which is said by `…`. */
function showRecord(record: SentenceRecord): string {
  return Object.entries(record)
    .map(([name, value]) => `  ${name}: ${name === 'trace' ? showTrace(value as LayerTrace[]) : showValue(value)}\n`)
    .join('');
}

/** One matrix a line: of which layer and direction, what, and its shape. */
function showTrace(layers: readonly LayerTrace[]): string {
  const matrices = layers.flatMap(({ layer, direction, hiddenStates, cellStates, gates }) =>
    Object.entries({ hiddenStates, ...(cellStates && { cellStates }), ...gates }).map(
      ([name, { shape }]) => `\n    layer ${layer} ${direction} ${name}: ${shape.join(' × ')}`,
    ),
  );
  return `${matrices.length} matrices${matrices.join('')}`;
}

function showValue(value: unknown): string {
  if (value instanceof Tensor) return showTensor(value);
  if (value instanceof Spans)
    return `[${shorten(
      value.pairs().map(([start, end]) => `[${start}, ${end}]`),
      12,
    )}]`;
  if (Array.isArray(value) && value.length > 0 && typeof value[0] !== 'object')
    return `[${shorten(
      value.map((one) => JSON.stringify(one)),
      24,
    )}]`;
  return fit(
    JSON.stringify(value, (_, part: unknown) => (part instanceof Tensor ? `${part.shape.join(' × ')} numbers` : part)),
    160,
  );
}

function showTensor({ shape, data }: Tensor): string {
  const width = shape.at(-1) ?? 1;
  const row = (index: number): string =>
    `[${shorten(
      Array.from(data.subarray(index * width, (index + 1) * width), (x) => x.toFixed(4)),
      8,
    )}]`;
  if (shape.length < 2) return row(0);
  const rows = Array.from({ length: Math.min(shape[0]!, 6) }, (_, index) => `\n    ${row(index)}`);
  return `${shape.join(' × ')}${rows.join('')}${shape[0]! > rows.length ? `\n    … ${shape[0]! - rows.length} more rows` : ''}`;
}

const shorten = (parts: readonly string[], most: number): string =>
  parts.length > most ? `${parts.slice(0, most).join(', ')}, … ${parts.length - most} more` : parts.join(', ');
