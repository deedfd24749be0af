/** Documents: one schema each, which is the type, the check and the error. */
import type { z } from './zod.js';
import { PipeError } from '../errors.js';

/**
 * A document's text, checked.
 *
 * @throws PipeError('mismatch') that names the file, the place in the document and what is wrong there
 */
export function parseDocument<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  file: string,
  about: { what: string; hint: string },
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PipeError('mismatch', `not ${about.what}: it is no JSON`, {
      found: (error as Error).message,
      hint: about.hint,
      place: { file },
      cause: error,
    });
  }
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new PipeError('mismatch', `not ${about.what}: ${issue!.path.join('.') || 'the document'} is wrong`, {
    found: issue!.message,
    hint: about.hint,
    place: { file },
  });
}
