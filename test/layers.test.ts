/** Imports point down only: bin → cli → commands → steps → {text, model, drawing} → engine; formats, io, errors below all. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const source = resolve(import.meta.dirname, '../src');

/** What a file of each folder may import; its own folder always. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  '.': ['commands', 'steps', 'formats', 'io'],
  commands: ['steps', 'text', 'model', 'drawing', 'engine', 'formats', 'io', 'corpus', 'serve'],
  serve: ['formats'],
  corpus: ['formats', 'io'],
  steps: ['text', 'model', 'engine', 'formats'],
  text: ['formats'],
  model: ['engine', 'formats'],
  drawing: ['formats'],
  page: ['drawing', 'formats'],
  engine: [],
  formats: [],
  io: ['formats'],
};

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const folderOf = (file: string): string => (file.includes('/') ? file.split('/')[0]! : '.');

test.each(files)('%s imports only what stands below it', (file) => {
  const text = readFileSync(join(source, file), 'utf8');
  const imported = [...text.matchAll(/(?:from|import\()\s*'(\.[^']*)'/g)].map((match) =>
    relative(source, resolve(source, file, '..', match[1]!)),
  );
  const folders = imported.map(folderOf).filter((folder) => folder !== folderOf(file));
  const allowed = MAY_IMPORT[folderOf(file)];
  expect(allowed).toBeDefined();
  // errors.ts, place.ts and, for cli.ts, report.ts stand in src itself
  const wrong = imported.filter(
    (path, i) =>
      folders.includes(folderOf(path)) && !['errors.js', 'place.js'].includes(path) && !allowed!.includes(folderOf(imported[i]!)),
  );
  expect(wrong).toEqual([]);
});

test('only cli.ts and report.ts write to stderr or end the process', () => {
  const printing = files.filter((file) =>
    /process\.(stderr\.write|stdout\.write|exit\()|console\./.test(readFileSync(join(source, file), 'utf8')),
  );
  expect(printing.sort()).toEqual(['cli.ts', 'report.ts']);
});

/** Files and packages that are loaded with a file: its imports and theirs, but no types and no `import()`. */
function loadedWith(entry: string): string[] {
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    if (!file.endsWith('.ts')) return;
    const statements = readFileSync(join(source, file), 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']*)';/gm);
    for (const [, name] of statements)
      load(name!.startsWith('.') ? relative(source, resolve(source, file, '..', name!)).replace(/js$/, 'ts') : name!);
  };
  load(entry);
  return [...loaded].filter((name) => !name.startsWith('node:')).sort();
}

// every command of a pipeline pays for what is loaded: half a second once, when all was
test.each([
  ['cli.ts', ['chalk', 'commander']],
  ['commands/step-command.ts', []],
  ['commands/worker.ts', []],
  ['commands/batch/worker.ts', []],
  ['commands/encode.ts', []],
  ['commands/vocab.ts', []],
  ['commands/pad.ts', []],
])('with %s no network and no package is loaded but %j', (entry, packages) => {
  const loaded = loadedWith(entry);
  expect(loaded.filter((name) => !name.endsWith('.ts'))).toEqual(packages);
  expect(loaded.filter((name) => /^(engine|drawing|model\/(build|cells|heads)|commands\/(rnn|tokenize|train))/.test(name))).toEqual([]);
});
