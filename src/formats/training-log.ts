/** A line of `training.jsonl`: what an epoch came to. */
import { z } from './zod.js';

/** JSON has no NaN: a figure that there is not is null. */
const figure = z.number().nullable();

export const EPOCH_LINE = z.object({
  epoch: z.int().min(1),
  loss: figure,
  /** scores of the validation data; none without any */
  valid: z.record(z.string(), figure),
  /** better than all epochs before */
  best: z.boolean(),
});

export type EpochLine = z.infer<typeof EPOCH_LINE>;
