/** What is answered to a request that cannot be served: always JSON, always `{error: {code, message, hint}}`. */
import { z } from '../formats/zod.js';
import { describe, PipeError } from '../errors.js';

export const REFUSAL = z
  .strictObject({
    error: z.strictObject({
      /** for programs: kebab-case, and stays what it is */
      code: z.string(),
      message: z.string(),
      /** what can be done about it */
      hint: z.string(),
    }),
  })
  .meta({ description: 'Why a request was refused, and what can be done about it.' });

/** Every code, and the status that it comes with. */
const STATUS = {
  'bad-request': 400,
  'bad-json': 400,
  'bad-utf8': 400,
  'wrong-body': 400,
  'no-token': 401,
  'bad-host': 403,
  'bad-origin': 403,
  'not-found': 404,
  'wrong-method': 405,
  'too-slow': 408,
  'no-length': 411,
  'too-large': 413,
  'wrong-content-type': 415,
  'wrong-encoding': 415,
  'wrong-expectation': 417,
  'cannot-answer': 422,
  'headers-too-large': 431,
  bug: 500,
  busy: 503,
} as const;

export type RefusalCode = keyof typeof STATUS;

/** A request's own error. Thrown while it is served; `app.ts` answers it. */
export class Refusal extends Error {
  readonly status: number;
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly hint: string,
    /** more headers of the answer */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.status = STATUS[code];
  }
}

export const refusalJson = ({ code, message, hint }: Refusal): string => `${JSON.stringify({ error: { code, message, hint } })}\n`;

/** Any error as the answer to the request that it befell. What is our bug is told in no detail. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof PipeError) return new Refusal('cannot-answer', describe(error), error.hint ?? 'send another text');
  return new Refusal('bug', 'this is a bug of rnn-pipe', 'please report it with the request');
}
