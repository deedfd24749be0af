/**
 * What an input file is recognised by when a run is gone on with: size, time of change, and a hash of its head and tail.
 * Reading all of it would cost as much as the work.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { PipeError } from '../errors.js';
import { inputFailure } from '../io/failure.js';
import type { CorpusFile } from './files.js';

export interface InputFingerprint extends CorpusFile {
  /** SHA-256, the first 16 hex digits: of the first and the last 4,096 bytes */
  ends: string;
}

const END = 4096;

/** @throws PipeError('no-input' | 'io') */
export function fingerprintOf(file: CorpusFile): InputFingerprint {
  const hash = createHash('sha256');
  try {
    const descriptor = openSync(file.path, 'r');
    try {
      const buffer = Buffer.allocUnsafe(END);
      for (const at of file.size > END ? [0, file.size - END] : [0])
        hash.update(buffer.subarray(0, readSync(descriptor, buffer, 0, END, at)));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw inputFailure(error, file.path);
  }
  return { ...file, ends: hash.digest('hex').slice(0, 16) };
}

/** One file a line, in the order of the corpus. */
export const formatInputs = (inputs: readonly InputFingerprint[]): string => inputs.map((input) => `${JSON.stringify(input)}\n`).join('');

export const parseInputs = (text: string): InputFingerprint[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as InputFingerprint);

/** @throws PipeError('mismatch') that says which file is another one, and in what */
export function sameInputs(before: readonly InputFingerprint[], now: readonly InputFingerprint[]): void {
  const [old, present] = [new Map(before.map((file) => [file.path, file])), new Map(now.map((file) => [file.path, file]))];
  const differs = (path: string, what: string, expected?: string, found?: string): PipeError =>
    new PipeError('mismatch', what, {
      place: { file: path },
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      hint: 'the input must be what the run was begun with; else begin again: another --out',
    });
  for (const { path } of before) if (!present.has(path)) throw differs(path, 'this file of the input is not there any more');
  for (const file of now) {
    const was = old.get(file.path);
    if (!was) throw differs(file.path, 'this file was not in the input when the run was begun');
    if (was.size !== file.size) throw differs(file.path, 'the file has another size', `${was.size} bytes`, `${file.size} bytes`);
    if (was.ends !== file.ends) throw differs(file.path, 'the file has another content', was.ends, file.ends);
    if (was.modified !== file.modified)
      throw differs(file.path, 'the file was changed', new Date(was.modified).toISOString(), new Date(file.modified).toISOString());
  }
}

/**
 * Called when a file has been read: it must still be what it was when the run was planned.
 *
 * @throws PipeError('io')
 */
export function unchanged({ path, size, modified }: CorpusFile): void {
  const now = statSync(path, { throwIfNoEntry: false });
  if (now?.size === size && Math.floor(now.mtimeMs) === modified) return;
  throw new PipeError('io', 'the file was changed while it was read', {
    place: { file: path },
    expected: `${size} bytes, of ${new Date(modified).toISOString()}`,
    found: now ? `${now.size} bytes, of ${new Date(now.mtimeMs).toISOString()}` : 'no file',
    hint: 'take a copy that nobody writes to, and begin again',
  });
}
