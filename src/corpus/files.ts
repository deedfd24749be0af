/** What the user typed (files, folders, globs) to the files of a corpus, in an order that no locale and no shell decides. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import picomatch from 'picomatch';
import { PipeError } from '../errors.js';
import { inputFailure } from '../io/failure.js';

export interface CorpusFile {
  /** as typed, or the typed folder's name and the way from there */
  path: string;
  size: number;
  /** milliseconds since 1970 */
  modified: number;
}

export interface Corpus {
  /** by the UTF-8 bytes of their paths, each once */
  files: CorpusFile[];
  /** found in folders and left out: hidden files and folders (names that begin with . or _), links to folders, devices */
  leftOut: number;
}

/**
 * A folder is walked to its end. What exists under a typed name is taken as it is; a name that does not is a glob, if it has `*`, `?`, `[` or `{`.
 *
 * @param without a folder whose files are not of the corpus: the output, which may stand inside the input
 * @throws PipeError('no-input') for what is not there, PipeError('usage') for stdin
 */
export function corpusFiles(typed: readonly string[], without: string): Corpus {
  const found = new Map<string, CorpusFile>();
  let leftOut = 0;
  const take = (path: string): void => {
    const stat = statSync(path);
    if (stat.isFile()) found.set(path, { path, size: stat.size, modified: Math.floor(stat.mtimeMs) });
    else leftOut++;
  };
  const walk = (folder: string, wanted: (path: string) => boolean): void => {
    if (resolve(folder) === resolve(without)) return;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (/^[._]/.test(entry.name)) leftOut++;
      else if (entry.isDirectory()) walk(path, wanted);
      else if (wanted(path)) take(path);
    }
  };
  for (const name of typed) {
    if (name === '-') throw new PipeError('usage', 'a corpus cannot come from stdin', { hint: 'name its files or its folder' });
    guard(name, () => {
      const stat = statSync(name, { throwIfNoEntry: false });
      if (stat?.isDirectory()) walk(name, () => true);
      else if (!stat && /[*?[{]/.test(name)) {
        const before = found.size;
        const { base } = picomatch.scan(name);
        if (statSync(base || '.', { throwIfNoEntry: false })) walk(base || '.', globbed(name));
        if (found.size === before) throw new PipeError('no-input', 'no file has such a name', { place: { file: name } });
      } else take(name);
    });
  }
  const files = [...found.values()].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  return { files, leftOut };
}

function globbed(pattern: string): (path: string) => boolean {
  const matches = picomatch(pattern);
  return (path) => matches(path);
}

function guard(name: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof PipeError) throw error;
    const { path } = error as NodeJS.ErrnoException;
    if (path?.includes('\uFFFD'))
      throw new PipeError('no-input', 'a file has a name that is no UTF-8', {
        place: { file: path },
        hint: `give it another name: ls -b ${name}`,
        cause: error,
      });
    throw inputFailure(error, path ?? name);
  }
}

/** Files that are known by their name to lie in other ways than in lines of their own. */
export const isPacked = (path: string): boolean => /\.(gz|json|csv|arrow|arrows|feather)$/i.test(basename(path));
