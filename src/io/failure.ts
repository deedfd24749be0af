/** What the operating system refuses, in the user's words. */
import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { PipeError } from '../errors.js';

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? '';

/** What the system says of a folder that is read or written like a file, where it is not asked. */
export const folderError = (): Error => Object.assign(new Error('is a folder'), { code: 'EISDIR' });

/** An input that cannot be opened or read. */
export function inputFailure(error: unknown, file: string): PipeError {
  const place = { file };
  switch (codeOf(error)) {
    case 'ENOENT':
      return new PipeError('no-input', 'no such file', { place, cause: error, ...nearMiss(file) });
    case 'EISDIR':
      return new PipeError('no-input', 'this is a folder', {
        place,
        expected: 'a file',
        hint: `name its files: ${file.replace(/\/$/, '')}/*`,
      });
    case 'EACCES':
    case 'EPERM':
      return new PipeError('no-input', 'the file may not be read', { place, hint: `chmod +r ${file}`, cause: error });
    case 'Z_DATA_ERROR':
    case 'Z_BUF_ERROR':
      return new PipeError('data', 'the gzip data is cut short or damaged', {
        place,
        found: (error as Error).message,
        hint: `gzip -t ${file} tells more; fetch or pack the file again`,
      });
    default:
      return new PipeError('io', 'reading failed', { place, found: (error as Error).message, cause: error });
  }
}

/** An output that cannot be created or written. */
export function outputFailure(error: unknown, file: string): PipeError {
  const details = { place: { file }, found: (error as Error).message, cause: error };
  switch (codeOf(error)) {
    case 'ENOENT':
      return new PipeError('cannot-create', 'there is no such folder', { ...details, hint: `mkdir -p ${dirname(file)}` });
    case 'EISDIR':
      return new PipeError('cannot-create', 'the output is a folder', { place: { file }, expected: 'the name of a file' });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new PipeError('cannot-create', 'the output may not be created', { ...details, hint: 'choose a folder that you may write to' });
    case 'ENOSPC':
    case 'EDQUOT':
      return new PipeError('io', 'the disk is full', {
        ...details,
        hint: 'nothing was left under the output’s name; make room and run again',
      });
    default:
      return new PipeError('io', 'writing failed', details);
  }
}

function nearMiss(file: string): { hint?: string } {
  try {
    const wanted = basename(file);
    const others = readdirSync(dirname(file)).filter((name) => name !== wanted);
    const alike = others.find((name) => stem(name) === stem(wanted)) ?? others.find((name) => oneLetterApart(stem(name), stem(wanted)));
    return alike ? { hint: `there is ${alike} in that folder` } : { hint: 'see that the name and the folder are right' };
  } catch {
    return { hint: `there is no folder ${dirname(file)}` };
  }
}

const stem = (name: string): string =>
  name
    .toLowerCase()
    .replace(/(\.[a-z0-9]+)+$/, '')
    .replace(/[-_ ]/g, '');

/** Whether one letter too many, too few or wrong makes the difference; names of fewer than three letters say nothing. */
function oneLetterApart(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length < 3 || long.length - short.length > 1) return false;
  let same = 0;
  while (same < short.length && short[same] === long[same]) same++;
  return short.slice(long.length > short.length ? same : same + 1) === long.slice(same + 1);
}
