/** `--shard i/n`: the option of all commands that read records, and the stage that it puts before the others. */
import { PipeError } from '../errors.js';
import { shard, type Shard } from '../steps/shard.js';
import type { OptionDefinition, StageDefinition } from './command.js';

export const SHARD: OptionDefinition = {
  flags: '--shard <i/n>',
  about: 'only the records whose ids are of part i of n (from 1): for n machines or tasks over one input',
  parse: parseShard,
};

function parseShard(text: string): Shard {
  const match = /^(\d{1,9})\/(\d{1,9})$/.exec(text);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (!(index >= 1 && index <= of))
    throw new PipeError('usage', '--shard is wrong', {
      expected: 'a number and how many there are, such as 1/16 to 16/16',
      found: `"${text}"`,
    });
  return { index, of };
}

export const shardStage: StageDefinition = {
  parallel: true,
  rawText: true,
  prepare: (options) => Promise.resolve(shard(options['shard'] as Shard)),
};

/** @throws PipeError('usage') for what only the whole text can tell */
export function refuseWholeText(what: string, hint: string): never {
  throw new PipeError('usage', `--shard does not apply: ${what}`, { hint });
}
