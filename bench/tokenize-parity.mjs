/**
 * Compares the segmenter `jieba` with Python jieba's HMM=False on the Han runs of every line of a corpus, with each backend.
 * Run by hand after `npm run build`: node bench/tokenize-parity.mjs PYTHON CORPUS.txt.gz [LINES]
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openSegmenter } from '../build/text/segmenters/index.js';

const [python, corpus, ...limit] = process.argv.slice(2);
if (!corpus) throw new Error('usage: node bench/tokenize-parity.mjs PYTHON CORPUS.txt.gz [LINES]');
const program = fileURLToPath(new URL('tokenize-parity.py', import.meta.url));
const peer = spawn(python, [program, corpus, ...limit], { stdio: ['ignore', 'pipe', 'inherit'] });

const backends = ['builtin', 'jieba-rs', 'nodejieba'];
const segmenters = await Promise.all(backends.map((backend) => openSegmenter({ name: 'jieba', backend })));
const differs = backends.map(() => 0);
const samples = backends.map(() => []);
let lines = 0;

const HAN = /^[\u4E00-\u9FD5]/;

function compare(batch) {
  const texts = batch.map((line) => line.slice(0, line.lastIndexOf('\t\t')));
  const wanted = batch.map((line) => line.slice(line.lastIndexOf('\t\t') + 2));
  for (const [which, { cut }] of segmenters.entries())
    for (const [i, { tokens }] of cut(texts).entries()) {
      // a mark that combines with a character (送༵) is no part of a Han run; here it stays with its character
      const found = tokens
        .filter((token) => HAN.test(token))
        .map((token) => token.replace(/\p{M}/gu, ''))
        .join(' ');
      if (tokens.join('') !== texts[i]) throw new Error(`tokens joined are not the text: ${texts[i]}`);
      if (found === wanted[i]) continue;
      differs[which]++;
      if (samples[which].length < 3) samples[which].push(`  python ${wanted[i]}\n  here   ${found}`);
    }
  lines += batch.length;
}

let rest = '';
peer.stdout.setEncoding('utf8');
for await (const chunk of peer.stdout) {
  const batch = (rest + chunk).split('\n');
  rest = batch.pop();
  if (batch.length > 0) compare(batch);
}
console.log(`${lines} lines of ${corpus}`);
for (const [which, backend] of backends.entries())
  console.log(
    [`${backend}: ${differs[which]} lines differ (${((1000 * differs[which]) / lines).toFixed(3)} in 1,000)`, ...samples[which]].join('\n'),
  );
