/**
 * How records lie in an input: found from its name and its first bytes, unless the user says it.
 * What was found for labelled text is told, since it is a guess.
 */
import { PipeError } from '../errors.js';
import { FIELDS } from '../formats/record.js';
import { hasMark } from './lines.js';
import type { Source } from './source.js';
import { WARC_HEAD } from './warc.js';

export type Layout =
  | { kind: 'text'; wrapped: boolean }
  | { kind: 'jsonl'; textKey?: string; labelKey?: string }
  /** `columns` name the cells of a row; one is text and at most one label */
  | { kind: 'tsv' | 'csv'; columns: string[]; header: boolean }
  | { kind: 'fasttext' }
  /** Common Crawl's WET: pages, and the lines of each */
  | { kind: 'wet' }
  | { kind: 'json' | 'arrow' };

export interface ReadOptions {
  /** true: only records will do (JSONL, JSON, Arrow); false: raw and labelled text too */
  records: boolean;
  format?: string | undefined;
  encoding?: string | undefined;
  textKey?: string | undefined;
  labelKey?: string | undefined;
  /** of two columns the first is the text and the second what it is to become, which stands as its label */
  pairs?: boolean | undefined;
  wrapped?: boolean | undefined;
  maxLineBytes?: number | undefined;
  /** lines of each chunk, in whatever parts the bytes come */
  windowLines?: number | undefined;
  /** the only fields that anybody will look at before the records are written as Arrow: the others stay in their columns; undefined: all */
  lookedAt?: ReadonlySet<string> | undefined;
  /** tensors of an Arrow input whose numbers are refused by the step that looks at them first where they are not finite */
  refusedLater?: ReadonlySet<string> | undefined;
  /** every line is a record, blank ones too; and it is a text, unless its name, its first record or `format` says something else */
  everyLine?: boolean | undefined;
}

const EXTENSIONS: Record<string, string> = {
  txt: 'text',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  tsv: 'tsv',
  csv: 'csv',
  arrow: 'arrow',
  arrows: 'arrow',
  wet: 'wet',
  warc: 'wet',
};
const TEXT_NAMES = ['text', 'sentence', 'content', 'review', 'comment', 'title', 'headline', '文本', '内容', '评论', '标题', '正文'];
const [SOURCE_NAMES, TARGET_NAMES] = [
  ['source', 'src'],
  ['target', 'tgt'],
];
const LABEL_NAMES = ['label', 'category', 'class', 'sentiment', '标签', '类别', '分类'];

/** @throws PipeError('data' | 'usage') where the layout cannot be found or an option does not apply to it */
export function layoutOf(source: Source, options: ReadOptions, note: (text: string) => void): Layout {
  const format =
    options.format ?? (options.everyLine ? ofTexts(source) : (EXTENSIONS[source.extension] ?? sniff(source.head, options.records)));
  const mismatch = (flag: string): PipeError =>
    new PipeError('usage', `${flag} does not apply to ${format}`, {
      place: { file: source.name },
      hint: 'leave it out, or name the format: --input-format',
    });
  if (options.wrapped && format !== 'text') throw mismatch('--wrapped');
  const named = { ...(options.textKey ? { textKey: options.textKey } : {}), ...(options.labelKey ? { labelKey: options.labelKey } : {}) };
  if (format === 'wet' && (options.encoding ?? 'utf-8') !== 'utf-8') throw mismatch('--encoding');
  if (options.records && ['text', 'tsv', 'csv', 'wet'].includes(format))
    throw new PipeError('data', 'these are no records', {
      place: { file: source.name },
      expected: 'JSON lines, a JSON array or Arrow, as the steps write them',
      found: format,
      hint: 'raw text goes to rnn-pipe sentences or tokenize first',
    });
  switch (format) {
    case 'jsonl':
      return { kind: 'jsonl', ...named };
    case 'json':
    case 'arrow':
      return { kind: format };
    case 'tsv':
    case 'csv':
      return columnsOf(source, format, options, note);
    case 'wet':
      if (options.textKey ?? options.labelKey) throw mismatch(options.textKey ? '--text-key' : '--label-key');
      note(`${source.name}: found WET: the text of its conversion records, one text a line; headers are no text`);
      return { kind: 'wet' };
    default:
      return (options.everyLine ? undefined : labelledText(source, options, note)) ?? plainText(named, options, mismatch);
  }
}

function plainText(named: object, { wrapped, textKey }: ReadOptions, mismatch: (flag: string) => PipeError): Layout {
  if (Object.keys(named).length > 0) throw mismatch(textKey ? '--text-key' : '--label-key');
  return { kind: 'text', wrapped: wrapped === true };
}

function sniff(head: Uint8Array, records: boolean): string {
  const text = Buffer.from(hasMark(head) ? head.subarray(3, 259) : head.subarray(0, 256)).toString('latin1');
  if (text.startsWith('ARROW1') || (head[0] === 0xff && head[1] === 0xff && head[2] === 0xff && head[3] === 0xff)) return 'arrow';
  if (/^\s*\{\s*("|\})/.test(text)) return 'jsonl';
  if (/^\s*\[\s*(\{|\])/.test(text)) return 'json';
  if (WARC_HEAD.test(text)) return 'wet';
  return records ? 'jsonl' : 'text';
}

/** The format where any line may be a text: records are known by their file's name, or by what stands in the first one. */
function ofTexts({ head, extension }: Source): string {
  const named = EXTENSIONS[extension];
  if (named === 'jsonl' || named === 'json' || named === 'arrow' || named === 'wet') return named;
  const found = sniff(head, false);
  const [first = ''] = Buffer.from(head).toString('utf8').split('\n', 1);
  const isRecord = found === 'arrow' || found === 'wet' || /^\uFEFF?\s*\[?\s*\{.*"(text|tokens)"\s*:/.test(first);
  return isRecord ? found : 'text';
}

/** Whole lines of the head; the first is at least there. */
function firstLines(source: Source, most: number): string[] {
  const text = Buffer.from(source.head)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const lines = text.split('\n');
  if (lines.length > 1) lines.pop();
  return lines
    .slice(0, most)
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line !== '');
}

function labelledText(source: Source, options: ReadOptions, note: (text: string) => void): Layout | undefined {
  const lines = firstLines(source, 200);
  if (lines.length > 0 && lines.every((line) => line.startsWith('__label__'))) {
    note(`${source.name}: found __label__x text`);
    return { kind: 'fasttext' };
  }
  const cells = lines.map((line) => line.split('\t').length);
  const tabbed = lines.length > 0 && cells[0]! > 1 && cells.every((count) => count === cells[0]);
  return tabbed && !options.wrapped ? columnsOf(source, 'tsv', options, note) : undefined;
}

function columnsOf(source: Source, kind: 'tsv' | 'csv', options: ReadOptions, note: (text: string) => void): Layout {
  const rows = firstLines(source, 200).map((line) =>
    kind === 'tsv' ? line.split('\t') : line.split(',').map((cell) => cell.replace(/^"(.*)"$/, '$1')),
  );
  const head = rows[0] ?? [];
  const usual = options.pairs ? [SOURCE_NAMES, TARGET_NAMES] : [TEXT_NAMES, LABEL_NAMES];
  const text = named(head, options.textKey, usual[0]!, '--text-key', source.name);
  const label = named(head, options.labelKey, usual[1]!, '--label-key', source.name);
  if (text === undefined) return guessColumns(source, kind, rows, options.pairs === true, note);
  const columns = head.map((name, i) => (i === text ? 'text' : i === label ? 'label' : name));
  const taken = columns.find(
    (name, i) => columns.indexOf(name) !== i || (Object.hasOwn(FIELDS, name) && !['id', 'text', 'label'].includes(name)),
  );
  if (taken !== undefined)
    throw new PipeError('data', `the column "${taken}" has the name of a field of rnn-pipe, or stands twice`, {
      place: { file: source.name, line: 1 },
      hint: 'give the column another name',
    });
  note(
    `${source.name}: found columns ${head.map((name, i) => (i === text ? `${name} = text` : i === label ? `${name} = label` : name)).join(', ')}`,
  );
  return { kind, columns, header: true };
}

function named(
  head: readonly string[],
  wanted: string | undefined,
  usual: readonly string[],
  flag: string,
  file: string,
): number | undefined {
  if (wanted !== undefined) {
    const at = head.indexOf(wanted);
    if (at >= 0) return at;
    throw new PipeError('data', `there is no column "${wanted}"`, {
      place: { file, line: 1 },
      found: head.join(', '),
      hint: `${flag} names one of them`,
    });
  }
  const at = head.findIndex((name) => usual.includes(name.trim().toLowerCase()));
  return at >= 0 ? at : undefined;
}

/** Without a header: of two columns the label is the one with fewer different values, and shorter ones. */
function guessColumns(
  source: Source,
  kind: 'tsv' | 'csv',
  rows: readonly string[][],
  pairs: boolean,
  note: (text: string) => void,
): Layout {
  const width = rows[0]?.length ?? 1;
  if (width === 1) return { kind, columns: ['text'], header: false };
  if (width !== 2)
    throw new PipeError('data', 'which column is the text is not known', {
      place: { file: source.name, line: 1 },
      expected: 'a header with a column "text", or --text-key, or two columns',
      found: `${width} columns`,
    });
  if (pairs) {
    note(`${source.name}: found source<TAB>target`.replace('<TAB>', kind === 'tsv' ? '<TAB>' : ','));
    return { kind, columns: ['text', 'label'], header: false };
  }
  const [first, second] = [0, 1].map((column) => {
    const values = rows.map((row) => row[column] ?? '');
    return { different: new Set(values).size, length: values.reduce((sum, value) => sum + value.length, 0) };
  });
  const labelFirst = first!.different !== second!.different ? first!.different < second!.different : first!.length < second!.length;
  note(`${source.name}: found ${labelFirst ? 'label<TAB>text' : 'text<TAB>label'}`.replace('<TAB>', kind === 'tsv' ? '<TAB>' : ','));
  return { kind, columns: labelFirst ? ['label', 'text'] : ['text', 'label'], header: false };
}
