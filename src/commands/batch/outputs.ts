/** The files that a shard becomes, each with its size and SHA-256: counted while it is written. */
import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputFile } from '../../corpus/ledger.js';
import { openOutput, type Output } from '../../io/output.js';
import type { PlainError } from '../plain-error.js';

export interface HashedOutput extends Output {
  /** what was written; ask after `publish` */
  file: () => OutputFile;
}

/** A file of the run's folder; one that a run before has left there is replaced. */
export function openHashed(folder: string, name: string): HashedOutput {
  const output = openOutput(join(folder, name), { force: true, inputs: [] });
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    ...output,
    write: async (part) => {
      const writing = output.write(part);
      // hashed while the system writes
      hash.update(part);
      bytes += part.length;
      await writing;
    },
    file: () => ({ name, bytes, sha256: hash.digest('hex') }),
  };
}

/** Whether the files are in the folder as they were when they were written. */
export async function areThere(folder: string, files: readonly OutputFile[]): Promise<boolean> {
  for (const { name, bytes, sha256 } of files) {
    const hash = createHash('sha256');
    let length = 0;
    try {
      for await (const part of createReadStream(join(folder, name), { highWaterMark: 1 << 20 })) {
        hash.update(part as Uint8Array);
        length += (part as Uint8Array).length;
      }
    } catch {
      return false;
    }
    if (length !== bytes || hash.digest('hex') !== sha256) return false;
  }
  return true;
}

/** Bad lines of a shard. */
export interface Aside {
  put: (place: { file: string; line: number }, bytes: Uint8Array, why: PlainError) => void;
  count: () => number;
  publish: () => Promise<[lines: OutputFile, reasons: OutputFile] | undefined>;
  abandon: () => void;
}

const LF = Uint8Array.of(10);

/**
 * Bad lines byte for byte in NAME.bad, and in NAME.reasons one JSON object for each: file, line, code, message. A shard without bad lines
 * has neither.
 */
export function openAside(folder: string, name: string): Aside {
  for (const old of [`${name}.bad`, `${name}.reasons`]) rmSync(join(folder, old), { force: true });
  let outputs: [HashedOutput, HashedOutput] | undefined;
  let written = Promise.resolve();
  let bad = 0;
  const aside = new WeakSet<Uint8Array>();
  return {
    count: () => bad,
    put: ({ file, line }, bytes, { code, message }) => {
      bad++;
      const [lines, reasons] = (outputs ??= [openHashed(folder, `${name}.bad`), openHashed(folder, `${name}.reasons`)]);
      // two bad sentences of one line share its bytes: the line is put aside once
      const again = aside.has(bytes);
      aside.add(bytes);
      written = written.then(async () => {
        if (!again) await lines.write(Buffer.concat([bytes, LF]));
        await reasons.write(Buffer.from(`${JSON.stringify({ file, line, code, message })}\n`));
      });
      written.catch(() => {}); // it is awaited by publish
    },
    publish: async () => {
      await written;
      if (!outputs) return undefined;
      const [lines, reasons] = outputs;
      await lines.publish();
      await reasons.publish();
      return [lines.file(), reasons.file()];
    },
    abandon: () => {
      for (const output of outputs ?? []) output.abandon();
    },
  };
}
