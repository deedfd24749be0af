// Bundles by esbuild, whose WebAssembly build needs no binary: dist/page.js, dist/live.js and dist/door.js of src/page, scripts without imports, of the
// pages of draw and of serve; and zod in dist/formats/zod.js, whose two hundred files, most of them its words in fifty languages, are an eighth of a command's start.
import { readFileSync } from 'node:fs';
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
process.exit(0);
