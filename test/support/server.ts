/** The built command `serve` under test, and requests to it byte for byte. */
import type { ChildProcess } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { start, type Folder } from './cli.js';

export interface Served {
  port: number;
  child: ChildProcess;
  /** all that it has said on stderr so far */
  said: () => string;
  /** resolves when stderr has these words */
  says: (words: string) => Promise<void>;
  /** its exit code, when it ends */
  ended: Promise<number | null>;
}

/** Starts `serve` on a free port, and waits until it listens. */
export async function serve(folder: Folder, ...args: string[]): Promise<Served> {
  const child = start(folder, ['serve', 'model', '--port', '0', ...args]);
  let text = '';
  const waiting = new Map<string, () => void>();
  const ended = new Promise<number | null>((done) => child.on('exit', (code) => done(code)));
  child.stderr!.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    for (const [words, go] of waiting) if (text.includes(words)) go();
  });
  const says = (words: string): Promise<void> =>
    new Promise((done, fail) => {
      if (text.includes(words)) done();
      waiting.set(words, done);
      void ended.then(() => fail(new Error(`it ended: ${text}`)));
    });
  await says('listening on http://');
  await says('\n');
  return { port: Number(/:(\d+)(?:\/|\n)/.exec(text.slice(text.indexOf('http://') + 7))![1]), child, said: () => text, says, ended };
}

export interface Reply {
  status: number;
  headers: Map<string, string>;
  body: string;
}

/** Writes the bytes and reads one reply; resolves to undefined where the connection is closed without one. */
export async function exchange(port: number, bytes: string | Uint8Array): Promise<Reply | undefined> {
  const socket = await opened(port);
  socket.write(bytes);
  const reply = await nextReply(socket);
  socket.destroy();
  return reply;
}

export const opened = (port: number): Promise<Socket> =>
  new Promise((done, fail) => {
    const socket: Socket = connect(port, '127.0.0.1', () => done(socket));
    socket.once('error', fail);
  });

/** The reply that comes next on a connection. */
export function nextReply(socket: Socket): Promise<Reply | undefined> {
  return new Promise((done) => {
    let bytes = Buffer.alloc(0);
    const look = (ended: boolean): void => {
      const reply = parsed(bytes);
      if (reply || ended) done(reply);
    };
    socket.on('data', (part) => {
      bytes = Buffer.concat([bytes, part]);
      look(false);
    });
    socket.on('error', () => look(true));
    socket.on('close', () => look(true));
  });
}

function parsed(bytes: Buffer): Reply | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(first.split(' ')[1]);
  if (status === 100) return parsed(bytes.subarray(end + 4));
  const headers = new Map(
    lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const body = bytes.subarray(end + 4);
  const length = Number(headers.get('content-length') ?? NaN);
  return body.length >= length ? { status, headers, body: body.subarray(0, length).toString('utf8') } : undefined;
}

/** A POST of JSON as bytes; a header whose value is undefined is left out. */
export function post(path: string, body: string | Uint8Array, headers: Readonly<Record<string, string | undefined>> = {}): Buffer {
  const bytes = Buffer.from(body);
  const all = { host: '127.0.0.1', 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers };
  const lines = Object.entries<string | undefined>(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\r\n`]));
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), bytes]);
}

export const get = (path: string, headers: Readonly<Record<string, string>> = {}): string =>
  `GET ${path} HTTP/1.1\r\n${Object.entries({ host: '127.0.0.1', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
