/**
 * Loads nodejieba's dictionary once. Its `load` reads the dictionary for cutting, then again for finding key words, which is not used here: half a
 * second and 120 MB a thread for nothing. Both are read from one path; but between them it reads the file of word weights (`idfDict`). That file
 * is made a FIFO here: who opens it for writing waits until it is read, and then, before anything is written, the dictionary can be
 * replaced by the smallest one there is. Nothing depends on time. Where there is no `mkfifo`, both are read.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface DictionaryFiles {
  dict: string;
  hmmDict: string;
  userDict: string;
  idfDict: string;
  stopWordDict: string;
}

/** Waits for the reader of the FIFO, then puts the smallest dictionary in the place of the other, then hands the reader the word weights. */
const REPLACE = `
const { closeSync, openSync, renameSync, writeSync } = require('node:fs');
const { fifo, dict, smallest, weights } = require('node:worker_threads').workerData;
const reader = openSync(fifo, 'w');
try {
  renameSync(smallest, dict);
  writeSync(reader, weights);
} finally {
  closeSync(reader);
}`;

/**
 * @param smallest a dictionary of one word
 * @param mkfifo the command that makes a FIFO
 */
export function loadOnce(load: (files: DictionaryFiles) => unknown, files: DictionaryFiles, smallest: string, mkfifo = 'mkfifo'): void {
  const folder = mkdtempSync(join(tmpdir(), 'rnn-pipe-'));
  try {
    const [fifo, dict, small] = ['idf', 'dict', 'smallest'].map((name) => join(folder, name)) as [string, string, string];
    if (!hasFifo(fifo, mkfifo)) {
      load(files);
      return;
    }
    symlinkSync(files.dict, dict);
    symlinkSync(smallest, small);
    const workerData = { fifo, dict, smallest: small, weights: readFileSync(files.idfDict) };
    // a thread, since it goes when the process goes, and no signal of a terminal reaches it
    new Worker(REPLACE, { eval: true, workerData }).on('error', () => {}).unref();
    try {
      load({ ...files, dict, idfDict: fifo });
    } finally {
      // whoever waits still, because nobody came to read, waits no more
      closeSync(openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK));
    }
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
