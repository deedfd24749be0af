/** The backend `jieba-rs`: native (@node-rs/jieba), or compiled to WebAssembly (jieba-wasm) where no native binary is installed. */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { PipeError } from '../../errors.js';
import { stringOf } from '../runs.js';
import type { CutRuns } from '../segmenter.js';
import type { Dictionary } from './dictionary.js';
import { lengthsOf } from './lengths.js';

const require = createRequire(import.meta.url);

type CutText = (text: string, hmm: boolean) => string[];

/** Opens jieba-rs over a dictionary. */
export async function openJiebaRs(dictionary: Dictionary, hmm: boolean): Promise<CutRuns> {
  // the same dictionary opened again costs nothing
  if (opened?.hash !== dictionary.hash)
    opened = { hash: dictionary.hash, cut: (await openNative(dictionary)) ?? (await openWasm(dictionary)) };
  return overJoinedRuns(opened.cut, hmm);
}

/** jieba-rs takes a line break for no part of a word, so many runs can go in one text: half the time of one call a run. */
function overJoinedRuns(cut: CutText, hmm: boolean): CutRuns {
  return (runs) => lengthsOf([cut(stringOf(runs), hmm)], runs.length);
}

/** The jieba-rs that was opened last. */
let opened: { hash: string; cut: CutText } | undefined;

/** Undefined where the package has no binary for this machine. */
async function openNative(dictionary: Dictionary): Promise<CutText | undefined> {
  let library: typeof import('@node-rs/jieba');
  try {
    library = await import('@node-rs/jieba');
  } catch {
    return undefined;
  }
  const jieba = library.Jieba.withDict(dictionary.bytes);
  return (text, hmm) => jieba.cut(text, hmm);
}

let instances = 0;

/** jieba-wasm keeps its dictionary in the module, so each one that is opened gets a module of its own. */
export async function openWasm(dictionary: Dictionary): Promise<CutText> {
  const url = pathToFileURL(require.resolve('jieba-wasm/web')).href;
  const library = (await import(`${url}?instance=${++instances}`)) as typeof import('jieba-wasm/web');
  try {
    library.initSync({ module: await readFile(new URL('jieba_rs_wasm_bg.wasm', url)) });
    library.with_dict(dictionary.bytes.toString('utf8'));
  } catch (error) {
    throw new PipeError('mismatch', 'jieba-wasm cannot be loaded', { hint: 'npm ci, or --segmenter intl', cause: error });
  }
  return (text, hmm) => library.cut(text, hmm);
}

/** Which jieba-rs is there, for `doctor`. */
export function jiebaRsKind(): 'native' | 'wasm' {
  try {
    require('@node-rs/jieba');
    return 'native';
  } catch {
    return 'wasm';
  }
}
