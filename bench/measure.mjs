// Runs commands in turn (A B A B …) and compares them pair by pair: a noisy machine slows both alike.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** One run: seconds of the whole process, and its peak memory in MB (Linux). */
export async function once({ command, args, cwd, stdout = '/dev/null', env }) {
  const out = openSync(stdout, 'w');
  const begin = performance.now();
  const child = spawn(command, args, { cwd, stdio: ['ignore', out, 'pipe'], env: { ...process.env, ...env } });
  let [peak, errors] = [0, ''];
  child.stderr.on('data', (text) => (errors += text));
  const poll = setInterval(() => (peak = Math.max(peak, peakMemory(child.pid))), 50);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(poll);
  closeSync(out);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${errors}`);
  return { seconds: (performance.now() - begin) / 1000, peak, errors };
}

function peakMemory(pid) {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Each contestant `runs` times in turn after one warm-up round; `{name, seconds: [...], peak}` each. */
export async function inTurn(contestants, runs) {
  const results = contestants.map(({ name }) => ({ name, seconds: [], peak: 0, errors: '' }));
  for (let round = -1; round < runs; round++)
    for (const [i, contestant] of contestants.entries()) {
      const { seconds, peak, errors } = await (contestant.measure ?? (() => once(contestant)))();
      if (round >= 0) results[i].seconds.push(seconds);
      results[i].peak = Math.max(results[i].peak, peak ?? 0);
      results[i].errors = errors ?? '';
    }
  return results;
}

export const least = (values) => Math.min(...values);
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** A row of the table: seconds (minimum, median) and the ratio to the peer, pair by pair (minimum, median). */
export function row(name, own, peer) {
  const ratios = own.seconds.map((seconds, i) => peer.seconds[i] / seconds);
  const f = (x) => x.toFixed(2);
  return [
    name,
    `${f(least(own.seconds))} / ${f(median(own.seconds))}`,
    `${f(least(peer.seconds))} / ${f(median(peer.seconds))}`,
    `${f(least(ratios))} / ${f(median(ratios))}`,
    own.peak ? own.peak.toFixed(0) : '',
  ];
}

export const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
