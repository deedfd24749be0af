/**
 * Bytes to an output, so that nothing half-written ever stands under its final name:
 * a temporary file in the same folder, fsync, rename. Devices, FIFOs and stdout are written straight.
 */
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PipeError } from '../errors.js';
import { writeAll, writeBehind } from './behind.js';
import { keep, nameByChance, temporaryFile } from './cleanup.js';
import { folderError, outputFailure } from './failure.js';
import { writeToStdout } from './stdout.js';

export interface Output {
  /** takes the bytes, which must not be changed any more: they may be written a little later */
  write(bytes: Uint8Array): Promise<void>;
  /** until nobody looks any more at what was taken so far, where that is known: its memory may be used again then */
  settled?(): Promise<void>;
  /** makes what was written the file of that name, for good */
  publish(): Promise<void>;
  /** leaves nothing behind */
  abandon(): void;
}

const STDIN = 0;

export interface OutputOptions {
  /** replace what has the name; `never`: not by any option, since it may be the only copy of what was put aside before */
  force: boolean | 'never';
  /** files that are read meanwhile: none of them may be the output */
  inputs: readonly string[];
}

/**
 * Opens `path`, or stdout for `-`. A name that ends in .gz is packed.
 *
 * @throws PipeError('cannot-create') where it exists (without force), is a folder or an input, or may not be created
 */
export function openOutput(path: string, options: OutputOptions): Output {
  const output = path === '-' ? toStdout() : toFile(path, options);
  return path.endsWith('.gz') ? packed(output) : output;
}

const toStdout = (): Output => ({
  write: writeToStdout,
  settled: () => Promise.resolve(),
  publish: () => Promise.resolve(),
  abandon: () => {},
});

/**
 * Says before the work what would be said at its end, where the output is opened then.
 *
 * @throws PipeError('cannot-create') as `openOutput` does
 */
export function refuseOutput(path: string, options: OutputOptions): void {
  if (path === '-') return;
  const there = admitted(path, options);
  if (there && !there.isFile()) return;
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    throw outputFailure(error, path);
  }
}

/** What has this name already, and may be written to or replaced. */
function admitted(path: string, { force, inputs }: OutputOptions): Stats | undefined {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory()) throw outputFailure(folderError(), path);
  if (!there?.isFile()) return there;
  for (const input of inputs) {
    const read = input === '-' ? fstatSync(STDIN) : statSync(input, { throwIfNoEntry: false });
    if (read?.ino === there.ino && read.dev === there.dev)
      throw new PipeError('cannot-create', 'the output is the input', { place: { file: path }, hint: 'give the result another name' });
  }
  if (force !== true) throw exists(path, force);
  return there;
}

function toFile(path: string, options: OutputOptions): Output {
  const there = admitted(path, options);
  if (there && !there.isFile()) return toDevice(path);
  const { force } = options;
  // by chance: the number of this process may be that of one that was killed, as it is in containers, and whose file still lies there
  const temporary = join(dirname(path), `.${basename(path)}.${nameByChance()}.tmp`);
  const descriptor = open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, path);
  temporaryFile(temporary);
  const behind = writeBehind(descriptor, path);
  return {
    write: behind.write,
    settled: behind.settled,
    publish: async () => {
      try {
        await behind.finish();
        if (force === true) renameSync(temporary, path);
        else publishNew(temporary, path, force);
        syncFolder(dirname(path));
      } catch (error) {
        throw error instanceof PipeError ? error : outputFailure(error, path);
      }
      keep(temporary);
    },
    abandon: () => {
      behind.abandon();
      rmSync(temporary, { force: true });
      keep(temporary);
    },
  };
}

function exists(path: string, force: false | 'never'): PipeError {
  return new PipeError('cannot-create', 'the output exists', {
    place: { file: path },
    hint:
      force === 'never'
        ? 'choose another name: these may be lines that were put aside before'
        : 'choose another name, or --force to replace it',
  });
}

/** Gives the file its name only if nobody has taken it meanwhile. */
function publishNew(temporary: string, path: string, force: false | 'never'): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw exists(path, force);
    // file systems without hard links
    renameSync(temporary, path);
    return;
  }
  rmSync(temporary);
}

export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function open(path: string, flags: number, shown: string): number {
  try {
    return openSync(path, flags, 0o666);
  } catch (error) {
    throw outputFailure(error, shown);
  }
}

function toDevice(path: string): Output {
  const descriptor = open(path, constants.O_WRONLY, path);
  return {
    write: (bytes) => writeAll(descriptor, bytes, path),
    settled: () => Promise.resolve(),
    publish: () => {
      closeSync(descriptor);
      return Promise.resolve();
    },
    abandon: () => closeSync(descriptor),
  };
}

/** The same bytes for the same data: zlib writes no time and no name. */
function packed(output: Output): Output {
  const packing = process.getBuiltinModule('node:zlib').createGzip({ level: 6 });
  const done = (async () => {
    for await (const part of packing) await output.write(part as Uint8Array);
  })();
  done.catch(() => packing.destroy());
  return {
    write: async (bytes) => {
      if (packing.destroyed) await done;
      if (!packing.write(bytes)) await Promise.race([new Promise((resolve) => packing.once('drain', resolve)), done]);
    },
    publish: async () => {
      packing.end();
      await done;
      await output.publish();
    },
    abandon: () => {
      packing.destroy();
      output.abandon();
    },
  };
}

/** Writes a whole document. */
export const writeDocument = (path: string, text: string, options: OutputOptions): Promise<void> =>
  writeWhole(path, Buffer.from(text), options);

/** Writes a whole file of our own, in the place of the one before: nothing half-written ever has its name. */
export const writeBytes = (path: string, bytes: Uint8Array): Promise<void> => writeWhole(path, bytes, { force: true, inputs: [] });

async function writeWhole(path: string, bytes: Uint8Array, options: OutputOptions): Promise<void> {
  const output = openOutput(path, options);
  try {
    await output.write(bytes);
    await output.publish();
  } catch (error) {
    output.abandon();
    throw error;
  }
}
