/**
 * The backend `nodejieba` (C++). It aborts the process when a dictionary is missing, and holds one dictionary a thread; both are
 * taken care of here.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PipeError } from '../../errors.js';
import type { CutRuns } from '../han-and-other.js';
import type { Dictionary } from './dictionary.js';

const require = createRequire(import.meta.url);

interface Nodejieba {
  DEFAULT_HMM_DICT: string;
  load(files: { dict: string; hmmDict: string; userDict: string; idfDict: string; stopWordDict: string }): boolean;
  cut(text: string, hmm: boolean): string[];
}

const bindingPath = (): string => join(dirname(require.resolve('nodejieba/package.json')), 'build/Release/nodejieba.node');

/** Is the package here with its binary? Loads no dictionary. */
export function hasNodejieba(): boolean {
  try {
    require(bindingPath());
    return true;
  } catch {
    return false;
  }
}

/** The dictionary that this thread's nodejieba holds. */
let loaded: string | undefined;

/**
 * Opens nodejieba over a dictionary. Several can be open: whichever cuts loads its dictionary, if another was loaded since (one second).
 *
 * @throws PipeError('mismatch') where nodejieba or one of its files is not there
 */
export function openNodejieba(dictionary: Dictionary, hmm: boolean): CutRuns {
  if (!hasNodejieba())
    throw new PipeError('mismatch', 'nodejieba is not installed, or its binary was not built', {
      hint: 'npm rebuild nodejieba, or --backend jieba-rs',
    });
  const library = require('nodejieba') as Nodejieba;
  load(library, dictionary);
  // the binding itself: the package's wrapper costs as much as cutting a short run
  const { cut } = require(bindingPath()) as Pick<Nodejieba, 'cut'>;
  return (runs) => {
    load(library, dictionary);
    const words: string[] = [];
    for (const run of runs) for (const word of cut(run, hmm)) words.push(word);
    return words;
  };
}

function load(library: Nodejieba, dictionary: Dictionary): void {
  if (loaded === dictionary.hash) return;
  const folder = dictionary.path === undefined ? mkdtempSync(join(tmpdir(), 'rnn-pipe-')) : undefined;
  try {
    const dict = dictionary.path ?? join(folder!, 'dict.txt');
    if (folder) writeFileSync(dict, dictionary.bytes);
    const files = {
      dict,
      hmmDict: library.DEFAULT_HMM_DICT,
      userDict: asset('user.txt'),
      idfDict: asset('idf.txt'),
      stopWordDict: asset('stop-words.txt'),
    };
    for (const file of Object.values(files))
      if (!existsSync(file))
        throw new PipeError('mismatch', `nodejieba's file ${file} is missing`, { hint: 'npm ci, or --backend jieba-rs' });
    library.load(files);
    loaded = dictionary.hash;
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}

/** nodejieba wants these files for extracting key words, which is not used here: so they are as good as empty. */
function asset(name: string): string {
  return fileURLToPath(new URL(`../../../assets/nodejieba/${name}`, import.meta.url));
}
