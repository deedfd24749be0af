/**
 * Who may ask. Without a token only pages of this server itself: another site's script that has its name resolve to 127.0.0.1 (DNS rebinding)
 * shows by its `Host`, one that posts across sites by its `Origin`. With a token whoever has it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Refusal } from './refusal.js';

/** What is looked at of a request. */
interface Asking {
  host: string | undefined;
  origin: string | undefined;
  authorization: string | undefined;
  cookie: string | undefined;
  /** `?token=` */
  query: string | undefined;
}

export const COOKIE = 'rnn-pipe-token';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

export const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(host);

/**
 * @returns whether the token came as a query, which is to become a cookie
 * @throws Refusal
 */
export function admit({ host, origin, authorization, cookie, query }: Asking, token: string | undefined): boolean {
  if (host === undefined) throw new Refusal('bad-request', 'there is no Host header', 'HTTP/1.1 asks for one');
  if (token === undefined && !LOOPBACK.test(host))
    throw new Refusal(
      'bad-host',
      'the Host header is not this machine’s own',
      'open http://127.0.0.1 with the port; other hosts need --token',
    );
  if (origin !== undefined && !/^https?:\/\//.test(origin)) throw strange();
  if (origin?.replace(/^https?:\/\//, '').toLowerCase() !== (origin === undefined ? undefined : host.toLowerCase())) throw strange();
  if (token === undefined) return false;
  if (same(/^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1], token) || same(cookieOf(cookie), token)) return false;
  if (same(query, token)) return true;
  throw new Refusal('no-token', 'the token is missing, or another one', 'Authorization: Bearer TOKEN; for the page /?token=TOKEN', {
    'www-authenticate': 'Bearer',
  });
}

const strange = (): Refusal =>
  new Refusal('bad-origin', 'the request comes from a page of another site', 'call it from a program, or from the page of / itself');

const cookieOf = (header = ''): string | undefined =>
  header
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);

/** In a time that does not tell how much of it is right. */
function same(given: string | undefined, token: string): boolean {
  if (given === undefined) return false;
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(token));
}
