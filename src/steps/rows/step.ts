/**
 * A step done on columns of memory as they lie, beside its way over records: it reads what it needs, and hands on the rest. The bytes are those
 * that the records would give; what it cannot do so, it does on their records, with all errors.
 */
import type { Memory } from '../../formats/memory.js';
import type { Batch } from '../../formats/record.js';
import type { NewRows, Rows } from '../../formats/rows.js';
import type { StepContext } from '../step.js';

/** @param memory for what the step makes of rows: who releases them gives it back */
export type RowStep = (parts: AsyncIterable<Batch | Rows>, context: StepContext, memory: Memory) => AsyncIterable<Batch | NewRows>;
