/** Runs the built command line in a fresh folder. The tests that use it test what users type. */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const BIN = join(root, 'bin/rnn-pipe.js');

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Folder {
  path: string;
  file: (name: string) => string;
  run: (args: readonly string[], input?: string | Uint8Array) => Result;
  /** a line of bash in which `rnn-pipe` is the built command */
  shell: (line: string) => Result;
  remove: () => void;
}

/** A new folder with a copy of examples/ in it. */
export function freshFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'rnn-pipe-test-'));
  cpSync(join(root, 'examples'), join(path, 'examples'), { recursive: true });
  mkdirSync(join(path, '.bin'));
  symlinkSync(BIN, join(path, '.bin/rnn-pipe'));
  const env = { ...process.env, PATH: `${join(path, '.bin')}:${process.env['PATH']}`, NO_COLOR: '1', COLUMNS: '100' };
  const collect = (command: string, args: readonly string[], input?: string | Uint8Array): Result => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: path, env, input: input ?? '', maxBuffer: 1 << 28 });
    return { code: status, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
  };
  return {
    path,
    file: (name) => join(path, name),
    run: (args, input) => collect(process.execPath, [BIN, ...args], input),
    shell: (line) => collect('bash', ['-o', 'pipefail', '-c', line]),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** A command that goes on while the test acts on it. */
export function start(folder: Folder, args: readonly string[]): ReturnType<typeof spawn> {
  return spawn(process.execPath, [BIN, ...args], { cwd: folder.path, stdio: ['pipe', 'pipe', 'pipe'] });
}
