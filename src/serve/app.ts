/** The paths of the server. What a model is, and how it answers, is handed in; sockets, signals and time limits are `listen.ts`'s. */
import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import type { IncomingMessage } from 'node:http';
import type { z } from '../formats/zod.js';
import { bodyOf } from './body.js';
import { admit, COOKIE } from './guard.js';
import { inTurn } from './in-turn.js';
import { openApi, ROUTES } from './openapi.js';
import { Refusal, refusalJson, refusalOf } from './refusal.js';
import { PREDICT, TRACE, type Health, type PredictRequest, type TraceRequest } from './schemas.js';

/** A model that answers. Both give the JSON of the answer. @throws PipeError, Refusal */
export interface Answering {
  health: Health;
  predict(request: PredictRequest): Promise<string>;
  trace(request: TraceRequest): Promise<string>;
}

type Files = ReadonlyMap<string, { type: string; text: string }>;

export interface AppOptions {
  token?: string | undefined;
  /** bytes of a body */
  maxBody: number;
  /** the page and what it loads, by path */
  files: Files;
  /** what a browser that has no token is shown in their place: at `/` a form that asks for it. Nothing of the model is in it. */
  door: Files;
  /** told of every request that was our bug */
  onBug: (error: unknown) => void;
}

type Env = { Bindings: HttpBindings };

/** The page loads its own script and style and asks its own server, and nobody else. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

export function openApp(model: Answering, { token, maxBody, files, door, onBug }: AppOptions): Hono<Env> {
  const app = new Hono<Env>();
  const turn = inTurn();
  const document = `${JSON.stringify(openApi(model.health.rnnPipe, token !== undefined), undefined, 2)}\n`;
  const json = (text: string): Response => new Response(text, { headers: { ...HEADERS, 'content-type': 'application/json' } });

  app.onError((error) => {
    const refusal = refusalOf(error);
    if (refusal.code === 'bug') onBug(error);
    const headers = { ...HEADERS, 'content-type': 'application/json', ...refusal.headers };
    return new Response(refusalJson(refusal), { status: refusal.status, headers });
  });
  app.use(async (c, next) => {
    const { incoming } = c.env;
    let query: boolean;
    try {
      query = admit(askingOf(incoming, c.req.query('token')), token);
    } catch (error) {
      const shown = error instanceof Refusal && error.code === 'no-token' && c.req.method === 'GET' ? door.get(c.req.path) : undefined;
      const isPage = shown?.type === 'text/html';
      // a program is told in JSON what is missing
      if (!shown || (isPage && !/\btext\/html\b/.test(incoming.headers.accept ?? ''))) throw error;
      const headers = { ...HEADERS, 'content-type': `${shown.type}; charset=utf-8`, ...(isPage ? (error as Refusal).headers : {}) };
      return new Response(shown.text, { status: isPage ? 401 : 200, headers });
    }
    if (!query) return next();
    // the token leaves the address bar
    const cookie = `${COOKIE}=${token}; HttpOnly; SameSite=Strict; Path=/`;
    return new Response(`${c.req.path}\n`, { status: 303, headers: { ...HEADERS, location: c.req.path, 'set-cookie': cookie } });
  });

  /** A path that answers in its turn. */
  const answer = <Schema extends z.ZodType>(schema: Schema, of: (request: z.output<Schema>) => Promise<string>) => {
    return async ({ env: { incoming, outgoing } }: Context<Env>): Promise<Response> => {
      const request = await bodyOf(incoming, schema, maxBody);
      return json(
        `${await turn(
          () => of(request),
          () => !outgoing.destroyed,
        )}\n`,
      );
    };
  };
  app.post(
    '/predict',
    answer(PREDICT, (request) => model.predict(request)),
  );
  app.post(
    '/trace',
    answer(TRACE, (request) => model.trace(request)),
  );
  app.get('/health', () => json(`${JSON.stringify(model.health)}\n`));
  app.get('/openapi.json', () => json(document));
  for (const [path, { type, text }] of files)
    app.get(path, () => new Response(text, { headers: { ...HEADERS, 'content-type': `${type}; charset=utf-8` } }));

  const methods = new Map<string, string>([
    ...ROUTES.map(({ path, method }): [string, string] => [path, method === 'get' ? 'GET, HEAD' : 'POST']),
    ...['/openapi.json', ...files.keys()].map((path): [string, string] => [path, 'GET, HEAD']),
  ]);
  app.all('*', (c) => {
    const allow = methods.get(c.req.path);
    if (allow === undefined) throw new Refusal('not-found', 'there is no such path', `there are ${[...methods.keys()].join(', ')}`);
    throw new Refusal('wrong-method', `${c.req.path} does not take ${c.req.method.slice(0, 20)}`, `it takes ${allow}`, { allow });
  });
  return app;
}

const askingOf = ({ headers }: IncomingMessage, query: string | undefined): Parameters<typeof admit>[0] => ({
  host: headers.host,
  origin: headers.origin,
  authorization: headers.authorization,
  cookie: headers.cookie,
  query,
});
