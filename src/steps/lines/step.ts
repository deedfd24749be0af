/**
 * A step done on the lines of JSON as they lie, beside its way over records: it reads what it needs, and hands on the rest byte for byte.
 * The bytes and counts are those that the records would give; what a line step cannot do, it leaves to them, with all errors.
 */
import type { ByteWriter } from '../../formats/byte-writer.js';
import type { PlainLine } from '../../formats/plain-line.js';
import type { StepContext } from '../step.js';

/** The step over the lines of these bytes: what they have in common, it may look up in one go. */
export type LineStep = (bytes: Uint8Array) => DoLine;

/** Puts the line with what the step adds and its line end into `out`. False: it has done nothing, and the line must become a record. */
export type DoLine = (line: PlainLine, out: ByteWriter, context: Pick<StepContext, 'count'>) => boolean;
