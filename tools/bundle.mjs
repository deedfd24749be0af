/*
 * The program as it is run, in dist/, made of the modules in build/ and of src/page by esbuild, whose WebAssembly build needs no binary.
 *
 * A module that is a file of its own costs a command a third of a millisecond before it does anything, and most commands need a hundred. So what is
 * always loaded together is one file, and each `import()` of the sources still loads what it asks for and no more. Names are kept, for
 * the traces of bugs. Pages' scripts (page.js, live.js, door.js) have no imports; Arrow is CommonJS.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { build } from 'esbuild-wasm';

const at = (path) => new URL(`../${path}`, import.meta.url).pathname;
const common = { bundle: true, charset: 'utf8', logLevel: 'warning' };
const forNode = { ...common, platform: 'node', target: 'node20', minifyWhitespace: true, minifySyntax: true };

/** What begins a program or a thread; these keep their place, which others name. */
const ENTRIES = ['cli', 'commands/worker', 'commands/batch/worker', 'engine/onnx/thread', 'model/training/worker'];
/** Packages of many files, or loaded with every command, which are bundled with those who ask for them; the others are loaded from where they are installed. */
const BUNDLED = ['chalk', 'commander', 'pure-rand', 'zod'];
const ARROW = 'apache-arrow';

const onLoad = (filter, load) => ({ name: String(filter), setup: (build) => build.onLoad({ filter }, load) });

/** Most of zod are its words in fifty languages. */
const englishAlone = onLoad(/zod[\\/]v4[\\/]locales[\\/]index\.js$/, () => ({ contents: "export { default as en } from './en.js';" }));

/**
 * What commander requires of Node, got where it is first used: of child_process, which takes five milliseconds to load, it has need for commands that are
 * programs of their own alone.
 */
const commanderLater = onLoad(/commander[\\/]lib[\\/]command\.js$/, ({ path }) => {
  const text = readFileSync(path, 'utf8');
  const [spawning, rest] = ["const childProcess = require('node:child_process');\n", /require\('(node:\w+)'\)/g];
  if (!text.includes(spawning)) throw new Error(`${path} does not require child_process as it did`);
  const builtin = (name) => `globalThis.process.getBuiltinModule('${name}')`;
  return {
    contents: text
      .replace(spawning, '')
      .replaceAll('childProcess.', `${builtin('node:child_process')}.`)
      .replace(rest, (_, name) => builtin(name)),
  };
});

const bundledArrow = onLoad(/build[\\/]io[\\/]arrow[\\/]library\.js$/, ({ path }) => {
  const asking = readFileSync(path, 'utf8');
  if (!asking.includes(`('${ARROW}')`)) throw new Error(`${path} does not ask for ${ARROW}`);
  return { contents: asking.replace(`('${ARROW}')`, `('./${ARROW}.cjs')`) };
});

const isBundled = (path) => BUNDLED.includes(path.split('/')[0]);
const installed = {
  name: 'installed packages',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^[^./]/ }, ({ path, importer }) =>
      isBundled(path) || (importer.includes('node_modules') && !path.startsWith('node:')) ? undefined : { path, external: true },
    ),
};

const { metafile } = await build({
  ...forNode,
  entryPoints: ENTRIES.map((entry) => at(`build/${entry}.js`)),
  outdir: at('dist'),
  outbase: at('build'),
  format: 'esm',
  splitting: true,
  chunkNames: '[name]-[hash]',
  metafile: true,
  plugins: [installed, englishAlone, commanderLater, bundledArrow],
});

// what names places counts from the folder that it lies in
const [[holder]] = Object.entries(metafile.outputs).filter(([, { inputs }]) =>
  Object.keys(inputs).some((input) => input.endsWith('build/place.js')),
);
if (!/^dist\/[^/]+$/.test(holder)) throw new Error(`place.js is in ${holder}`);

await build({
  ...forNode,
  minify: true,
  entryPoints: [at(`node_modules/${ARROW}/Arrow.node.mjs`)],
  outfile: at(`dist/${ARROW}.cjs`),
  format: 'cjs',
});

await build({
  ...common,
  minify: true,
  entryPoints: { page: at('src/page/main.ts'), live: at('src/page/live.ts'), door: at('src/page/door.ts') },
  outdir: at('dist'),
  format: 'iife',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  legalComments: 'none',
});

mkdirSync(at('dist/licences'), { recursive: true });
for (const name of [...BUNDLED, ARROW])
  for (const file of readdirSync(at(`node_modules/${name}`)).filter((file) => /^(licen[cs]e|notice)/i.test(file)))
    copyFileSync(at(`node_modules/${name}/${file}`), at(`dist/licences/${name}.${file}`));
process.exit(0);
