/** What every refused command must be like: its exit code, the shape of its message, and nothing left behind. */
import { readdirSync } from 'node:fs';
import { freshFolder, type Folder, type Result } from '../support/cli.js';

/** A folder for the tests of a file. */
export function useFolder(): () => Folder {
  let folder: Folder;
  beforeEach(() => void (folder = freshFolder()));
  afterEach(() => folder.remove());
  return () => folder;
}

/** `ls -A`, sorted. */
export const listing = (folder: Folder, inside = '.'): string[] => readdirSync(folder.file(inside)).sort();

/** Sysexits, by name. */
const EXIT = { usage: 64, data: 65, 'no-input': 66, 'cannot-create': 73, io: 74, mismatch: 78 } as const;

interface Refusal {
  code: keyof typeof EXIT;
  /** `FILE[:LINE[:COL]]`, where the error is of a place */
  place?: string;
  /** what the message and the hint say */
  says: readonly (string | RegExp)[];
}

/** Runs a line of bash that must be refused, and looks at everything that a user sees of it. */
export function refused(folder: Folder, line: string, { code, place, says }: Refusal): Result {
  const before = listing(folder);
  const result = folder.shell(line);
  expect({ line, code: result.code, stderr: result.stderr }).toMatchObject({ line, code: EXIT[code] });
  expect(result.stderr).toMatch(/^rnn-pipe( [a-z0-9]+)?: error\[[a-z-]+\]: .+$/m);
  expect(result.stderr).toMatch(/^hint: .+$/m);
  expect(result.stderr).toContain(`error[${code}]: ${place === undefined ? '' : `${place}: `}`);
  expect(result.stderr).not.toMatch(/^ {4}at /m);
  for (const words of says) expect(result.stderr).toMatch(words instanceof RegExp ? words : literally(words));
  expect(listing(folder)).toEqual(before);
  return result;
}

const literally = (words: string): RegExp => new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
