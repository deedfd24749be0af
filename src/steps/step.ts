/** What a step is: batches of records in, batches of records out. It opens nothing and prints nothing. */
import type { PipeError } from '../errors.js';
import type { Batch, SentenceRecord } from '../formats/record.js';

/** What a run counts and tells in its last line; counts of parallel workers are added up. */
export type Count =
  /** records that a step made of one, less that one: -1 for a text without a sentence */
  | 'addedRecords'
  | 'characters'
  /** pages of WET input; its records that are none; pages whose Content-Length was not true */
  | 'documents'
  | 'otherDocuments'
  | 'wrongLengths'
  /** records that --shard leaves to others */
  | 'otherShards'
  | 'tokens'
  /** tokens that were looked up in the vocabulary: in `run` they were counted by tokenize before */
  | 'encodedTokens'
  | 'droppedTokens'
  | 'unknownTokens'
  | 'cutTokens'
  | 'cutRecords'
  | 'paddedSteps'
  | 'missingVectors';

export interface StepContext {
  /** Adds to one of the run's counts. */
  count(what: Count, howMany: number): void;
  /**
   * Says that a record cannot be used. Throws the error, or puts the record aside (`--on-bad quarantine`) and returns;
   * then the step leaves the record out and goes on.
   */
  reject(record: SentenceRecord, error: PipeError): void;
}

/** A step made ready: its options checked, its dictionary or weights loaded. The order of records is kept. */
export type Step = (batches: AsyncIterable<Batch>, context: StepContext) => AsyncIterable<Batch>;

/**
 * The step that does one thing to each record.
 * A `PipeError` thrown for a record is that record's: it is handed to `context.reject`.
 */
export function eachRecord(change: (record: SentenceRecord, context: StepContext) => SentenceRecord): Step {
  return async function* (batches, context) {
    for await (const batch of batches) {
      const done: Batch = [];
      for (const record of batch) attempt(record, context, () => done.push(change(record, context)));
      if (done.length > 0) yield done;
    }
  };
}

/** Runs `work` for a record; its PipeError rejects the record, any other error is a bug and goes up. */
export function attempt(record: SentenceRecord, context: StepContext, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isPipeError(error)) throw error;
    context.reject(record, error);
  }
}

function isPipeError(error: unknown): error is PipeError {
  return error instanceof Error && error.name === 'PipeError';
}
