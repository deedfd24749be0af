/** The body of a request: bytes to what a schema says, or the refusal that names what is wrong. */
import type { IncomingMessage } from 'node:http';
import type { z } from '../formats/zod.js';
import { show } from '../errors.js';
import { Refusal } from './refusal.js';

const SEE = 'what each path takes is in /openapi.json';

/** @throws Refusal of whatever is wrong first: type, encoding, size, UTF-8, JSON, fields */
export async function bodyOf<Schema extends z.ZodType>(request: IncomingMessage, schema: Schema, most: number): Promise<z.output<Schema>> {
  const type = request.headers['content-type'];
  if (!/^application\/json(?:; *charset="?utf-8"?)?;? *$/i.test(type ?? ''))
    throw new Refusal('wrong-content-type', 'the body is not said to be JSON', 'Content-Type: application/json');
  if (request.headers['content-encoding'] !== undefined)
    throw new Refusal('wrong-encoding', 'the body is compressed', 'send it as it is: no Content-Encoding');
  const checked = schema.safeParse(parsed(await read(request, most)));
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const place = issue!.path.map(String).join('.');
  throw new Refusal('wrong-body', `${place === '' ? 'the body' : show(place)} is wrong: ${issue!.message}`, SEE);
}

async function read(request: IncomingMessage, most: number): Promise<Uint8Array> {
  const { 'content-length': told, 'transfer-encoding': chunked } = request.headers;
  if (told === undefined && chunked === undefined) throw new Refusal('no-length', 'there is no body', 'send JSON, with its Content-Length');
  if (Number(told) > most) throw tooLarge(most);
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of request as AsyncIterable<Uint8Array>) {
      size += part.length;
      if (size > most) throw tooLarge(most);
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('bad-request', 'the connection ended before the body did', 'send it again');
  }
  return Buffer.concat(parts);
}

const tooLarge = (most: number): Refusal =>
  new Refusal('too-large', `the body is larger than ${most} bytes`, 'send fewer texts at once, or serve with a larger --max-body', {
    connection: 'close',
  });

function parsed(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw new Refusal('bad-json', 'the body is empty', SEE);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal('bad-utf8', 'the body is not UTF-8', 'JSON on the web is UTF-8');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Refusal('bad-json', `the body is no JSON: ${oneLine((error as Error).message)}`, SEE);
  }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 120);
