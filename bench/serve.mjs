// `serve` at 50 requests a second for 20 seconds, which come whether or not the ones before are answered (open loop), with 200 slow clients
// at the same time: each sends a byte a second of a request that never ends. Times are from when a request was due to its whole answer.
import { spawn } from 'node:child_process';
import { once as event } from 'node:events';
import { createWriteStream } from 'node:fs';
import { request, Agent } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { once, table } from './measure.mjs';

const [RATE, SECONDS, SLOW] = [50, 20, 200];
const WORDS = '主队 加时 险胜 股市 大涨 电影 好看 我们 都 觉得 很 精彩 晋级 下一轮 银行 下调 利率 市场 反应 积极'.split(' ');
const text = (i) => Array.from({ length: 8 }, (_, j) => WORDS[(i * 7 + j * 3) % WORDS.length]).join('');

export async function serve({ root, file, own }) {
  const lines = createWriteStream(file('train.tsv'));
  for (let i = 0; i < 2000; i++) lines.write(`${i % 2 ? 'a' : 'b'}\t${text(i)}\n`);
  await event(lines.end(), 'finish');
  const sizes = '--segmenter jieba --units 128 --dim 128 --epochs 1 --min-count 1 --hold-out 5%'.split(' ');
  await once(own('train', file('train.tsv'), '--out', file('model'), '--force', ...sizes));
  const server = spawn(process.execPath, [join(root, 'bin/rnn-pipe.js'), 'serve', file('model'), '--port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said] = await event(server.stderr, 'data');
  const port = Number(/:(\d+)/.exec(String(said).split('//')[1])[1]);
  try {
    await load(port, 5);
    const alone = await load(port, SECONDS);
    const slow = slowClients(port);
    const beside = await load(port, SECONDS);
    const served = slow.refused();
    slow.stop();
    return table(
      [`${RATE} requests/s for ${SECONDS} s, one LSTM layer 128 → 128`, 'answered', 'p50 ms', 'p99 ms', 'max ms'],
      [row('nobody else', alone), row(`${SLOW} slow clients beside (${served} were told that their time was over)`, beside)],
    );
  } finally {
    server.kill('SIGTERM');
    await event(server, 'exit');
  }
}

const row = (name, times) => {
  const sorted = times.filter((one) => one !== undefined).sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)].toFixed(1);
  return [name, `${sorted.length} of ${times.length}`, at(0.5), at(0.99), sorted.at(-1).toFixed(1)];
};

/** ms of each request, undefined where it was not answered with 200. */
async function load(port, seconds) {
  const agent = new Agent({ keepAlive: true });
  const begin = performance.now();
  const all = [];
  for (let i = 0; i < RATE * seconds; i++) {
    const due = begin + (1000 / RATE) * i;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    all.push(asked(port, agent, text(i)).then((good) => (good ? performance.now() - due : undefined)));
  }
  const times = await Promise.all(all);
  agent.destroy();
  return times;
}

function asked(port, agent, text) {
  return new Promise((done) => {
    const sent = request({ port, agent, path: '/predict', method: 'POST', headers: { 'content-type': 'application/json' } }, (response) => {
      response.resume();
      response.on('end', () => done(response.statusCode === 200));
    });
    sent.on('error', () => done(false));
    sent.end(JSON.stringify({ text, k: 2 }));
  });
}

/** Connections that are opened again as soon as they are hung up on. */
function slowClients(port) {
  let [stopped, refused] = [false, 0];
  const sockets = new Set();
  const open = (i) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('POST /predict HTTP/1.1\r\nhost: localhost\r\n'));
    sockets.add(socket);
    const timer = setInterval(() => socket.write(i % 2 ? 'x' : 'x: y\r\n'), 1000);
    socket.on('data', (data) => (refused += String(data).startsWith('HTTP/1.1 408') ? 1 : 0));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      sockets.delete(socket);
      if (!stopped) open(i);
    });
  };
  for (let i = 0; i < SLOW; i++) open(i);
  return {
    refused: () => refused,
    stop: () => {
      stopped = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}
