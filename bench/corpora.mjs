// `npm run bench -- corpora`: batch over 100 MB with 2 workers and with 1, and beside python -m jieba; and over ten times that, for its memory.
// The peak is that of all processes together, from /proc (Linux).
import { spawn } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { least, median, once, table } from './measure.mjs';

/** Megabytes of a process and all that it has started. */
function memoryOf(pid) {
  try {
    const own = Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean),
    );
    return children.reduce((sum, child) => sum + memoryOf(child), own);
  } catch {
    return 0;
  }
}

async function together({ command, args }) {
  const begin = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  let peak = 0;
  const poll = setInterval(() => (peak = Math.max(peak, memoryOf(child.pid))), 100);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(poll);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return { seconds: (performance.now() - begin) / 1000, peak };
}

const show = (values) => `${least(values).toFixed(2)} / ${median(values).toFixed(2)}`;

export async function corpora({ texts, data, file, own, python, runs }) {
  const out = file('results');
  const batch = async (inputs, workers, backend) => {
    rmSync(out, { recursive: true, force: true });
    const steps = ['--from', 'tokenize', '--to', 'tokenize', '--backend', backend, '--workers', String(workers), '--out', out];
    return together(own('batch', ...inputs, ...steps));
  };
  const rows = [];
  // it takes long: what is known is told at once
  const put = (...row) => {
    rows.push(row);
    console.error(row.join(' | '));
  };
  for (const backend of ['builtin', 'jieba-rs', 'nodejieba']) {
    const times = { one: [], two: [], jieba: [] };
    let peak = 0;
    for (let round = 0; round < runs; round++) {
      times.one.push((await batch(texts, 1, backend)).seconds);
      const two = await batch(texts, 2, backend);
      times.two.push(two.seconds);
      peak = Math.max(peak, two.peak);
      let jieba = 0;
      for (const text of texts) jieba += (await once({ command: python, args: ['-m', 'jieba', text] })).seconds;
      times.jieba.push(jieba);
    }
    const ratio = (peer) => times[peer].map((seconds, i) => seconds / times.two[i]);
    put(`100 MB, ${backend}`, show(times.two), show(ratio('one')), show(ratio('jieba')), peak.toFixed(0));
  }
  await once(
    own(
      'train',
      join(data, 'thucnews10/dev.tsv'),
      '--out',
      file('model'),
      '--max-length',
      '64',
      '--epochs',
      '1',
      '--hold-out',
      '0%',
      '--force',
    ),
  );
  const predicted = async (workers) => {
    rmSync(out, { recursive: true, force: true });
    const steps = ['--from', 'predict', '--to', 'predict', '--model', file('model'), '--workers', String(workers), '--out', out];
    return together(own('batch', texts[0], ...steps));
  };
  const [first, both] = [[], []];
  for (let round = 0; round < runs; round++) {
    first.push((await predicted(1)).seconds);
    both.push(await predicted(2));
  }
  const [twoSeconds, gain] = [both.map(({ seconds }) => seconds), both.map(({ seconds }, i) => first[i] / seconds)];
  put('30 MB, predict', show(twoSeconds), show(gain), '', Math.max(...both.map(({ peak }) => peak)).toFixed(0));
  const copies = Array.from({ length: 10 }, (_, i) =>
    texts.map((text) => ({ text, to: `${file(`copy-${i}`)}-${text.split('/').at(-1)}` })),
  ).flat();
  for (const { text, to } of copies) copyFileSync(text, to);
  const counts = ['--from', 'tokenize', '--to', 'vocab', '--workers', '2', '--out', out];
  for (const [name, inputs] of [
    ['100 MB, counts', texts],
    ['1 GB, counts', copies.map(({ to }) => to)],
  ]) {
    rmSync(out, { recursive: true, force: true });
    const { seconds, peak } = await together(own('batch', ...inputs, ...counts));
    put(name, seconds.toFixed(1), '', '', peak.toFixed(0));
  }
  return table(['batch, 2 workers', 's (min / median)', 'times 1 worker', 'times python -m jieba', 'peak MB of all processes'], rows);
}
