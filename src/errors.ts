/**
 * The one error class, and the table from its codes to exit codes (sysexits.h).
 * It does not print: `cli.ts` alone does.
 */

/** What kind of thing went wrong → the process's exit code. */
export const EXIT_CODES = {
  /** the command line itself: an unknown option, a value out of range, an option that does not apply */
  usage: 64,
  /** the user's data: bad JSON, a wrong field, a bad byte */
  data: 65,
  /** an input that is not there or cannot be opened */
  'no-input': 66,
  /** our bug */
  bug: 70,
  /** an output that cannot be created, or exists and may not be replaced */
  'cannot-create': 73,
  /** reading or writing failed half-way */
  io: 74,
  /** busy: try again */
  busy: 75,
  /** a model, vocabulary, dictionary or checkpoint that is invalid, or that is not for this input */
  mismatch: 78,
} as const;

export type ErrorCode = keyof typeof EXIT_CODES;

/** Where in the user's data: `FILE[:LINE[:COLUMN]]`, lines and columns from 1, columns in code points. */
export interface Place {
  file?: string;
  line?: number;
  column?: number;
}

export interface ErrorDetails {
  expected?: string;
  found?: string;
  /** What the user can do about it, as one sentence. */
  hint?: string;
  place?: Place;
  cause?: unknown;
}

/**
 * An error that a user can act on.
 *
 * @example
 * throw new PipeError('data', 'the record has no "tokens"', { expected: 'the output of tokenize', hint: 'run rnn-pipe tokenize first' });
 */
export class PipeError extends Error {
  readonly code: ErrorCode;
  readonly expected: string | undefined;
  readonly found: string | undefined;
  readonly hint: string | undefined;
  place: Place;

  constructor(code: ErrorCode, what: string, details: ErrorDetails = {}) {
    super(what, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'PipeError';
    this.code = code;
    this.expected = details.expected;
    this.found = details.found;
    this.hint = details.hint;
    this.place = details.place ?? {};
  }

  /** Fills in what is not yet known of the place; what is known stays. */
  at(place: Place): this {
    this.place = { ...place, ...this.place };
    return this;
  }
}

/** `FILE:LINE:COLUMN: what is wrong (expected …, found …)`, without the command's name and the hint. */
export function describe(error: PipeError): string {
  const { file, line, column } = error.place;
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const sides = [error.expected && `expected ${error.expected}`, error.found && `found ${error.found}`].filter(Boolean).join(', ');
  return `${place ? `${place}: ` : ''}${error.message}${sides ? ` (${sides})` : ''}`;
}

/** A value of the user's as it may stand in a message: one line, at most 60 characters, quoted. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
