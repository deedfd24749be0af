// `node bench/kills.mjs [KILLS=60] [SEED]`: kills workers and the parent of `batch` at random moments and goes on with other numbers of
// workers, until so many have died. Whatever happened, the results must be those of one undisturbed run: one hash. Linux.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const root = resolve(import.meta.dirname, '..');
const wanted = Number(process.argv[2] ?? 60);
let state = Number(process.argv[3] ?? Date.now() % 2 ** 31) || 1;
const seed = state;
/** [0, 1), a linear congruential generator: moments need be no more random than that */
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
const among = (list) => list[Math.floor(random() * list.length)];

const folder = mkdtempSync(join(process.env.BENCH_TMP ?? tmpdir(), 'rnn-pipe-kills-'));
const corpus = join(folder, 'corpus');

function makeCorpus() {
  const news = readFileSync(join(root, 'examples/news.txt'), 'utf8');
  mkdirSync(corpus);
  writeFileSync(join(corpus, 'large.txt'), news.repeat(3000));
  for (let i = 0; i < 40; i++) writeFileSync(join(corpus, `small ${i}.txt`), news.repeat(1 + (i % 7)));
}

function start(out, workers) {
  const begun = existsSync(join(out, 'ledger.jsonl')) && readFileSync(join(out, 'ledger.jsonl')).includes(10);
  const what = begun ? ['--resume'] : [corpus, '--segmenter', 'characters', '--to', 'tokenize', '--shard-size', '60KB'];
  const args = [join(root, 'bin/rnn-pipe.js'), 'batch', ...what, '--out', out, '--workers', String(workers), '--quiet'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += text));
  return { child, ended: new Promise((done) => child.on('exit', (code, signal) => done({ code, signal, stderr }))) };
}

function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** What is in a finished folder, but for the times and the ledger's order. */
function hashOf(out) {
  const hash = createHash('sha256');
  const names = readdirSync(out).sort();
  const strange = names.filter((name) => !/^(part-\d+\.jsonl|inputs\.jsonl|ledger\.jsonl|manifest\.json)$/.test(name));
  if (strange.length > 0) throw new Error(`left behind: ${strange.join(', ')}`);
  for (const name of names) if (name.startsWith('part-')) hash.update(name).update(readFileSync(join(out, name)));
  return hash.digest('hex');
}

const fail = ({ code, signal, stderr }) => {
  throw new Error(`seed ${seed}: the batch ended with ${code ?? signal}:\n${stderr}`);
};

try {
  makeCorpus();
  const began = performance.now();
  const first = await start(join(folder, 'whole'), 2).ended;
  if (first.code !== 0) fail(first);
  const usual = performance.now() - began;
  const expected = hashOf(join(folder, 'whole'));
  const killed = { worker: 0, parent: 0 };
  let [runs, finished] = [0, 0];
  const total = () => killed.worker + killed.parent;
  while (total() < wanted) {
    const out = join(folder, `run-${finished}`);
    const { child, ended } = start(out, 1 + Math.floor(random() * 4));
    runs++;
    let result;
    ended.then((value) => (result = value));
    while (!result && total() < wanted) {
      await Promise.race([wait(random() * 0.6 * usual), ended]);
      if (result) break;
      const workers = childrenOf(child.pid);
      const who = workers.length > 0 && random() < 0.5 ? 'worker' : 'parent';
      try {
        process.kill(who === 'worker' ? among(workers) : child.pid, 'SIGKILL');
        killed[who]++;
      } catch {
        continue; // it has just ended
      }
      if (who === 'parent') break;
    }
    result = await ended;
    if (result.signal !== 'SIGKILL' && result.code !== 0) fail(result);
    if (total() >= wanted && result.signal === 'SIGKILL') {
      const last = await start(out, 3).ended;
      if (last.code !== 0) fail(last);
      result = last;
    }
    if (result.code === 0) {
      const found = hashOf(out);
      if (found !== expected) throw new Error(`seed ${seed}: other results: ${found}, expected ${expected}`);
      finished++;
      rmSync(out, { recursive: true });
    }
  }
  console.log(
    `${total()} kills (${killed.worker} of workers, ${killed.parent} of parents) in ${runs} runs, ${finished} jobs finished: one hash, ${expected.slice(0, 12)} (seed ${seed})`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
