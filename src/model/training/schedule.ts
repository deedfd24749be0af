/** The learning rate over the steps of a training: up in the warm-up, then as the schedule says. */

export const SCHEDULES = ['constant', 'linear', 'cosine'] as const;
export type Schedule = (typeof SCHEDULES)[number];

/**
 * linear: down to 0 at the last step; cosine: half a wave down to 0.
 *
 * @param step from 0
 * @param steps of the whole training
 * @param warmup steps in which the rate rises in a line
 */
export function learningRateAt(schedule: Schedule, base: number, step: number, steps: number, warmup: number): number {
  if (step < warmup) return (base * (step + 1)) / warmup;
  const done = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  if (schedule === 'linear') return base * (1 - done);
  if (schedule === 'cosine') return (base * (1 + Math.cos(Math.PI * done))) / 2;
  return base;
}
