/** Inputs that can be read twice: files are, a pipe is spooled to a temporary file. */
import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PipeError } from '../errors.js';
import { nameByChance, temporaryFile } from './cleanup.js';
import { outputFailure } from './failure.js';
import { rawBytes, type InputFile } from './source.js';

/**
 * The same inputs, readable again. What is spooled is removed when the process ends.
 */
export async function replayable(files: readonly InputFile[]): Promise<InputFile[]> {
  return Promise.all(files.map(async (file) => (isFile(file.path) ? file : { path: await spool(file), name: file.name })));
}

function isFile(path: string): boolean {
  // what is not there is left for the reader to complain about
  return path !== '-' && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? true);
}

async function spool(from: InputFile): Promise<string> {
  const target = join(tmpdir(), `rnn-pipe-${process.pid}-${nameByChance()}`);
  temporaryFile(target);
  const bytes = await rawBytes(from);
  try {
    await writeFile(target, bytes, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw error instanceof PipeError ? error : outputFailure(error, target);
  }
  return target;
}
