// Bundles by esbuild, whose WebAssembly build needs no binary: dist/page.js, dist/live.js and dist/door.js of src/page, scripts without imports, of the
// pages of draw and of serve; and libraries of hundreds of files, which are an eighth of a command's start: zod in dist/formats/zod.js, most of which
// are its words in fifty languages, and Arrow in dist/io/arrow/apache-arrow.cjs.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild-wasm';

const at = (path) => new URL(`../${path}`, import.meta.url).pathname;
const common = { bundle: true, minify: true, charset: 'utf8', logLevel: 'warning' };

await build({
  ...common,
  entryPoints: { page: at('src/page/main.ts'), live: at('src/page/live.ts'), door: at('src/page/door.ts') },
  outdir: at('dist'),
  format: 'iife',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  legalComments: 'none',
});

const licence = readFileSync(at('node_modules/zod/LICENSE'), 'utf8').trim();
const englishAlone = {
  name: 'words in English alone',
  setup: ({ onLoad }) =>
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: "export { default as en } from './en.js';" })),
};
await build({
  ...common,
  entryPoints: [at('dist/formats/zod.js')],
  outfile: at('dist/formats/zod.js'),
  allowOverwrite: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  banner: { js: `/*\n${licence}\n*/` },
  plugins: [englishAlone],
});

const [arrow, library] = ['apache-arrow', at('dist/io/arrow/library.js')];
await build({
  ...common,
  entryPoints: [at(`node_modules/${arrow}/Arrow.node.mjs`)],
  outfile: at(`dist/io/arrow/${arrow}.cjs`),
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  banner: { js: '/* Apache Arrow and FlatBuffers: see the files beside this one */' },
});
for (const name of ['LICENSE', 'NOTICE']) copyFileSync(at(`node_modules/${arrow}/${name}.txt`), at(`dist/io/arrow/${arrow}.${name}.txt`));
const asking = readFileSync(library, 'utf8');
if (!asking.includes(`('${arrow}')`)) throw new Error(`${library} does not ask for ${arrow}`);
writeFileSync(library, asking.replace(`('${arrow}')`, `('./${arrow}.cjs')`));
process.exit(0);
