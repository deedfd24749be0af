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
import { stringOf } from '../runs.js';
import type { CutRuns } from '../segmenter.js';
import type { Dictionary } from './dictionary.js';
import { lengthsOf } from './lengths.js';
import { loadOnce, type DictionaryFiles } from './one-dictionary.js';
import { placeOf } from '../../place.js';

const require = createRequire(import.meta.url);

interface Nodejieba {
  DEFAULT_HMM_DICT: string;
  load(files: DictionaryFiles): boolean;
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
    return lengthsOf(
      cutParts(stringOf(runs), (text) => cut(text, hmm)),
      runs.length,
    );
  };
}

/** Characters that go in one call: a call has its price, and so has a text that outgrows the processor's cache. */
const TOGETHER = 4000;

/** The words of the runs in texts of many: nodejieba always cuts at a line break, and gives it as a word. */
function* cutParts(runs: string, cut: (text: string) => string[]): Generator<string[]> {
  for (let begin = 0, end = 0; begin < runs.length; begin = end) {
    end = runs.indexOf('\n', begin + TOGETHER) + 1 || runs.length;
    yield cut(runs.slice(begin, end));
  }
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
    loadOnce((wanted) => library.load(wanted), files, asset('smallest.txt'));
    loaded = dictionary.hash;
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}

/** nodejieba wants these files for extracting key words, which is not used here: so they are as good as empty. */
function asset(name: string): string {
  return fileURLToPath(placeOf(`../assets/nodejieba/${name}`));
}
