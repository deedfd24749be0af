/**
 * One of n parts of the records, by a hash of their ids: no part needs to know of another, and the parts together are all records, each
 * once. Not one of the eight steps: it goes before any of them.
 */
import { PipeError } from '../errors.js';
import type { Batch } from '../formats/record.js';
import { attempt, type Step } from './step.js';

/** `index` from 1 */
export interface Shard {
  index: number;
  of: number;
}

/** Keeps the records of one part. Rejects a record that has no id. */
export function shard({ index, of }: Shard): Step {
  return async function* (batches, context) {
    for await (const batch of batches) {
      const kept: Batch = [];
      let others = 0;
      for (const record of batch)
        attempt(record, context, () => {
          if (record.id === undefined)
            throw new PipeError('data', 'the record has no "id", which says what shard it is of', {
              hint: 'ids are given by rnn-pipe sentences, or leave --shard out',
            });
          if (shardOf(record.id, of) === index) kept.push(record);
          else others++;
        });
      // they are no part of this run: neither out nor lost
      context.count('addedRecords', -others);
      context.count('otherShards', others);
      if (kept.length > 0) yield kept;
    }
  };
}

/**
 * The part, from 1, that an id belongs to: FNV-1a of its UTF-8 bytes (32 bits), mixed so that all bits count, modulo n.
 *
 * @example shardOf('12#3', 4) // 3
 */
export function shardOf(id: string | number, of: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(String(id))) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) % of) + 1;
}
