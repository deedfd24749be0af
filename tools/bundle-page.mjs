// Makes dist/page.js, dist/live.js and dist/door.js of src/page: scripts without imports, of the pages of draw and of serve. esbuild's WebAssembly build needs no binary.
import { build } from 'esbuild-wasm';

const at = (path) => new URL(`../${path}`, import.meta.url).pathname;

await build({
  entryPoints: { page: at('src/page/main.ts'), live: at('src/page/live.ts'), door: at('src/page/door.ts') },
  outdir: at('dist'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});
process.exit(0);
