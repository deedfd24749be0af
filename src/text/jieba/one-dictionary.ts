/**
 * Loads nodejieba's dictionary once. Its `load` reads the dictionary for cutting, then again for finding key words, which is not used here: half a
 * second and 120 MB a thread for nothing. Both are read from one path; but between them it reads the file of word weights (`idfDict`). That file
 * is made a FIFO here: who opens it for writing waits until it is read, and then, before anything is written, the dictionary can be
 * replaced by the smallest one there is. Nothing depends on time. Where there is no `mkfifo` or no `sh`, both are read.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface DictionaryFiles {
  dict: string;
  hmmDict: string;
  userDict: string;
  idfDict: string;
  stopWordDict: string;
}

/** Waits for the reader of $1, then puts the dictionary $3 in the place of $2, then hands the reader the contents of $4. */
const REPLACE = 'exec 3>"$1" && cp "$3" "$2.new" && mv -f "$2.new" "$2"; cat "$4" >&3';

/**
 * @param smallest a dictionary of one word
 * @param mkfifo the command that makes a FIFO
 */
export function loadOnce(load: (files: DictionaryFiles) => unknown, files: DictionaryFiles, smallest: string, mkfifo = 'mkfifo'): void {
  const folder = mkdtempSync(join(tmpdir(), 'rnn-pipe-'));
  try {
    const [fifo, dict] = [join(folder, 'idf'), join(folder, 'dict')];
    symlinkSync(files.dict, dict);
    const waits = hasFifo(fifo, mkfifo) && replaces(fifo, dict, smallest, files.idfDict);
    load(waits ? { ...files, dict, idfDict: fifo } : files);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function hasFifo(path: string, mkfifo: string): boolean {
  try {
    execFileSync(mkfifo, ['-m', '600', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Starts the process that waits at the FIFO; false where that cannot be. */
function replaces(fifo: string, dict: string, smallest: string, idf: string): boolean {
  const waiting = spawn('sh', ['-c', REPLACE, 'sh', fifo, dict, smallest, idf], { stdio: 'ignore' });
  waiting.on('error', () => {}).unref();
  return waiting.pid !== undefined;
}
