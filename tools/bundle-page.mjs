// Makes dist/page.js of src/page: one script without imports, which draw puts into its pages. esbuild's WebAssembly build needs no binary.
import { build } from 'esbuild-wasm';

await build({
  entryPoints: [new URL('../src/page/main.ts', import.meta.url).pathname],
  outfile: new URL('../dist/page.js', import.meta.url).pathname,
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});
process.exit(0);
