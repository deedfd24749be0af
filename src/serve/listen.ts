/**
 * The server's sockets: where it listens, how long a client may take, what is said to one that does not speak HTTP, and how it stops.
 * What is answered to requests is `app.ts`'s.
 */
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { PipeError } from '../errors.js';
import { Refusal, refusalJson, refusalOf } from './refusal.js';

export interface ListenOptions {
  host: string;
  /** 0: any that is free */
  port: number;
  /** ms in which a request must be here, headers and body */
  timeLimit: number;
}

export interface Listening {
  port: number;
  /** requests that are being read or answered */
  underWay(): number;
  /** Takes no more requests, answers those that are under way, and resolves when all is closed. */
  drain(): Promise<void>;
}

/** ms after which a connection on which nothing moves is closed, at least */
const IDLE = 60_000;

/** @throws PipeError where the port is taken, or not to be had */
export async function listen(app: Hono<{ Bindings: HttpBindings }>, { host, port, timeLimit }: ListenOptions): Promise<Listening> {
  const limits = {
    headersTimeout: timeLimit,
    requestTimeout: timeLimit,
    connectionsCheckingInterval: Math.max(Math.min(timeLimit / 4, 1000), 50),
    keepAliveTimeout: 5000,
    // refused by ourselves, in JSON
    requireHostHeader: false,
  };
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false, errorHandler: unreadable });
  const server = createServer(limits);
  server.timeout = Math.max(IDLE, 2 * timeLimit);
  const sockets = watchSockets(server);
  server.on('request', (request, response) => void answer(request, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(socket, refusalOfClient(error, timeLimit)));
  server.on('connect', (_, socket) => refuse(socket, new Refusal('wrong-method', 'this is no proxy', 'see /openapi.json')));
  server.on('checkExpectation', (_, response: ServerResponse) => {
    refuse(response.socket!, new Refusal('wrong-expectation', 'the Expect header asks for what is not known', 'leave it out'));
  });
  await bound(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    underWay: sockets.underWay,
    drain: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      sockets.finish(timeLimit);
      await closed;
    },
  };
}

async function bound(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => fail(failure(error, host, port)));
    server.listen({ host, port }, done);
  });
}

function failure(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const place = `${host}:${port}`;
  if (error.code === 'EADDRINUSE')
    return new PipeError('busy', 'another program listens there', { found: place, hint: '--port 0 takes any that is free' });
  if (error.code === 'EACCES')
    return new PipeError('usage', 'this user may not listen there', { found: place, hint: 'take a --port from 1024 on' });
  return new PipeError('usage', 'cannot listen there', { found: `${place}: ${error.message}`, hint: 'take a --host of this machine' });
}

/** Which requests are under way on which connections. */
function watchSockets(server: Server): { underWay: () => number; finish: (timeLimit: number) => void } {
  const open = new Map<Socket, Set<ServerResponse>>();
  let finishing = false;
  server.on('connection', (socket: Socket) => {
    open.set(socket, new Set());
    socket.once('close', () => open.delete(socket));
  });
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const responses = open.get(socket);
    responses?.add(response);
    if (finishing) response.setHeader('connection', 'close');
    response.once('close', () => {
      responses?.delete(response);
      if (finishing && responses?.size === 0) socket.end();
    });
  });
  return {
    underWay: () => [...open.values()].reduce((sum, { size }) => sum + size, 0),
    finish: (timeLimit) => {
      finishing = true;
      for (const [socket, responses] of open) {
        if (responses.size === 0) socket.destroy();
        for (const response of responses) if (!response.headersSent) response.setHeader('connection', 'close');
      }
      // Node's own time limits end with its listening
      setTimeout(() => {
        for (const [socket, responses] of open) if ([...responses].some(({ req }) => !req.complete)) socket.destroy();
      }, timeLimit).unref();
    },
  };
}

/** What cannot even be made a request of, such as an address that is none. */
const unreadable = (error: unknown): Response => {
  const refusal = error instanceof Error && error.name === 'RequestError' ? badRequest(error.message) : refusalOf(error);
  return new Response(refusalJson(refusal), { status: refusal.status, headers: { 'content-type': 'application/json' } });
};

const badRequest = (what: string): Refusal => new Refusal('bad-request', `this is no HTTP request: ${what}`, 'see /openapi.json');

function refusalOfClient({ code, message }: NodeJS.ErrnoException, timeLimit: number): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Refusal(
      'too-slow',
      `the request was not here after ${timeLimit / 1000} seconds`,
      'send it faster, or serve with a larger --timeout',
    );
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Refusal('headers-too-large', 'the headers are larger than 16 KiB', 'send less of them; texts go into the body');
  return badRequest(message.replace(/^Parse Error: /, ''));
}

const refused = new WeakSet<Duplex>();

/** Says it on the bare socket, once, and hangs up. */
function refuse(socket: Duplex, refusal: Refusal): void {
  if (refused.has(socket)) return;
  refused.add(socket);
  if (!socket.writable || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const body = refusalJson(refusal);
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // who was told to go and stays is cut off
  setTimeout(() => socket.destroy(), 1000).unref();
}

/** Whether a part of an answer went out already: then nothing may be put in between. */
const isAnswering = (socket: Duplex & { _httpMessage?: ServerResponse }): boolean => socket._httpMessage?.headersSent === true;
