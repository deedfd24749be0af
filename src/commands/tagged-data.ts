/**
 * Files of tagged tokens: CoNLL columns (a token a line, its columns divided by tabs or spaces, a blank line between sentences), lines of
 * `word/tag`, and lines of words divided by spaces. Nothing is cut and nothing is guessed but which of the first two a file is, which is told.
 */
import { PipeError, show, type Place } from '../errors.js';
import { LINE } from '../formats/record.js';
import type { Encoding } from '../io/encoding.js';
import { lineChunks } from '../io/lines.js';
import { parseChunk } from '../io/parse.js';
import { stop, type ReadOptions } from '../io/read.js';
import { inputFile, openSource } from '../io/source.js';
import type { Labelled } from './tasks/task.js';

interface Line {
  text: string;
  line: number;
}

/** The lines of a file that are not blank. */
async function* linesOf(file: string, read: ReadOptions): AsyncGenerator<Line> {
  const source = await openSource(inputFile(file), read.encoding as Encoding | undefined);
  const { maxLineBytes } = read;
  const options = { file: source.name, layout: { kind: 'text', wrapped: false }, idPrefix: '', raw: true, maxLineBytes } as const;
  for await (const chunk of lineChunks(source.bytes, source.name, { maxLineBytes })) {
    const records = await parseChunk(chunk, { ...options, onBad: (_, error) => stop(0, error, chunk.bytes) });
    for (const record of records) yield { text: record.text!, line: record[LINE]! };
  }
}

/** A tagged sentence as a text of a training. */
function sentence(file: string, tokens: readonly string[], tags: readonly string[], lines: readonly number[]): Labelled {
  const record = { id: lines[0]!, text: tokens.join(' '), label: [...tags] };
  return { record, tokens, file, line: lines[0]!, lines };
}

export type TaggedFormat = 'conll' | 'slash';

const named = (file: string): string => (file === '-' ? 'stdin' : file);

/** Sentences of both formats; each file is looked at for which it is, unless that is said. */
export async function readTagged(
  files: readonly string[],
  read: ReadOptions,
  { format, column }: { format: TaggedFormat | undefined; column: number },
  note: (text: string) => void,
): Promise<Labelled[]> {
  const sentences: Labelled[] = [];
  for (const file of files) {
    const lines: Line[] = [];
    for await (const line of linesOf(file, read)) lines.push(line);
    if (lines.length === 0) continue;
    const found = format ?? (lines.slice(0, 100).every(isSlash) ? 'slash' : 'conll');
    if (found === 'slash') {
      note(`${named(file)}: ${format ? '' : 'found '}word/tag`);
      for (const line of lines) sentences.push(slashed(line, named(file)));
    } else {
      const columns = columnsOf(lines[0]!.text).length;
      note(`${named(file)}: ${format ? '' : 'found '}${columns} columns, the tag in column ${column} (--column)`);
      sentences.push(...columnSentences(lines, named(file), columns, column));
    }
  }
  return sentences;
}

const fieldsOf = (text: string): string[] => text.trim().split(/\s+/);

/** Does every field of the line have a slash with something on both sides? */
const isSlash = ({ text }: Line): boolean => !text.includes('\t') && fieldsOf(text).every((field) => /^.+\/[^/]+$/.test(field));

/** `word/tag word/tag`; the last slash divides, so `//PU` is a slash with its tag. */
function slashed({ text, line }: Line, file: string): Labelled {
  const fields = fieldsOf(text);
  const pairs = fields.map((field): [string, string] => {
    const at = field.lastIndexOf('/');
    if (at > 0 && at < field.length - 1) return [field.slice(0, at), field.slice(at + 1)];
    throw new PipeError('data', at < 0 ? 'a word has no tag' : at === 0 ? 'a tag has no word' : 'a tag is empty', {
      place: { file, line, column: Array.from(text.slice(0, text.indexOf(field))).length + 1 },
      expected: 'word/tag',
      found: show(field),
      hint: 'words are divided by spaces; for columns: --input-format conll',
    });
  });
  return sentence(
    file,
    pairs.map(([word]) => word),
    pairs.map(([, tag]) => tag),
    pairs.map(() => line),
  );
}

/** By tabs where there is one, so that a token may be a space. */
const columnsOf = (text: string): string[] => (text.includes('\t') ? text.split('\t') : fieldsOf(text));

function* columnSentences(lines: readonly Line[], file: string, columns: number, column: number): Generator<Labelled> {
  const first = lines[0]!.line;
  const wrong = (what: string, place: Place, expected: string, found: string, hint: string): PipeError =>
    new PipeError('data', what, { place: { file, ...place }, expected, found, hint });
  if (columns < Math.max(2, column))
    throw wrong(
      columns < 2 ? 'the line has no tag' : `there is no column ${column}`,
      { line: first },
      columns < 2 ? 'a token, a tab or space, and its tag' : `at least ${column} columns`,
      columns < 2 ? show(lines[0]!.text) : `${columns}`,
      columns < 2 ? 'word/tag lines? --input-format slash' : '--column says which one is the tag; the first is the token',
    );
  let [tokens, tags, numbers]: [string[], string[], number[]] = [[], [], []];
  for (const { text, line } of lines) {
    if (numbers.length > 0 && line > numbers.at(-1)! + 1) {
      yield sentence(file, tokens, tags, numbers);
      [tokens, tags, numbers] = [[], [], []];
    }
    const cells = columnsOf(text);
    if (cells.length !== columns)
      throw wrong(
        'the row has another number of columns',
        { line },
        `${columns}, as in line ${first}`,
        `${cells.length}: ${show(text.slice(0, 40))}`,
        cells.length < columns ? 'is the row cut, or a tab missing?' : 'is a token or tag divided?',
      );
    const [token, tag] = [cells[0]!, cells[column - 1]!.trim()];
    if (token === '' || tag === '')
      throw wrong(
        `the ${token === '' ? 'token' : 'tag'} is empty`,
        { line },
        'a token and its tag',
        show(text.slice(0, 40)),
        'is a column missing?',
      );
    tokens.push(token);
    tags.push(tag);
    numbers.push(line);
  }
  if (numbers.length > 0) yield sentence(file, tokens, tags, numbers);
}

/** The tags of a word's characters: B M E, or S for a word of one. */
function marksOf(characters: number): string[] {
  return characters === 1 ? ['S'] : ['B', ...Array.from({ length: characters - 2 }, () => 'M'), 'E'];
}

/** Lines of words divided by spaces, as characters with their places in the words. */
export async function readSegmented(files: readonly string[], read: ReadOptions): Promise<Labelled[]> {
  const sentences: Labelled[] = [];
  for (const file of files)
    for await (const { text, line } of linesOf(file, read)) {
      const words = fieldsOf(text).map((word) => Array.from(word));
      const tags = words.flatMap((word) => marksOf(word.length));
      sentences.push(
        sentence(
          named(file),
          words.flat(),
          tags,
          tags.map(() => line),
        ),
      );
    }
  return sentences;
}
