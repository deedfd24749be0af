/** Errors as they go from a thread or process to another, and the lines that they are of. */
import { PipeError, type ErrorCode, type ErrorDetails } from '../errors.js';

/** A PipeError as it can be sent. */
export interface PlainError extends ErrorDetails {
  code: ErrorCode;
  message: string;
}

export function plain({ code, message, expected, found, hint, place }: PipeError): PlainError {
  return { code, message, place, ...(expected ? { expected } : {}), ...(found ? { found } : {}), ...(hint ? { hint } : {}) };
}

export const fromPlain = ({ code, message, ...details }: PlainError): PipeError => new PipeError(code, message, details);

/** A line put aside, byte for byte, and why. */
export interface BadLine {
  line: number;
  bytes: Uint8Array;
  why: PlainError;
}
