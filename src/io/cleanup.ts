/** Files and folders that must not outlive the process: half-written outputs, spooled input. Removed at its end, also on signals. */
import { existsSync, rmSync } from 'node:fs';

const temporary = new Set<string>();

/** The file is removed by `removeTemporaryFiles` until `keep` is called for it. */
export function temporaryFile(path: string): void {
  temporary.add(path);
}

/** The file has been renamed or removed: it is nobody's concern any more. */
export function keep(path: string): void {
  temporary.delete(path);
}

let saving = 0;

/** Saves what must not be lost by a signal (a checkpoint): its files are not removed, and the process is not ended, before it is done. */
export async function undisturbed<T>(save: () => Promise<T>): Promise<T> {
  saving++;
  try {
    return await save();
  } finally {
    saving--;
  }
}

export const isSaving = (): boolean => saving > 0;

/** Synchronous, so that a signal's handler may call it. */
export function removeTemporaryFiles(): void {
  if (isSaving()) return;
  for (const path of temporary) removeTemporary(path);
}

/** A file, or a folder with all that is in it; `force` alone does not forgive a path that leads through a file. */
export function removeTemporary(path: string): void {
  if (existsSync(path)) rmSync(path, { recursive: true, force: true });
  keep(path);
}

/** A name that nobody else has: what makes one of more chance takes three milliseconds to load, and who opens it does so exclusively. */
export const nameByChance = (): string => Math.random().toString(36).slice(2);
