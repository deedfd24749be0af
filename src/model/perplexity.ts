/** How well a language model foresees texts: exp of the mean loss of all that is to be foreseen, as `heads/lm.ts` has it. */
import type { Program } from '../engine/ops.js';
import type { ModelShape } from '../formats/model.js';
import type { Parameters } from './parameters.js';
import { meanLoss } from './heads/lm.js';
import { answersOf } from './predictor.js';
import { stretchesOf } from './stretches.js';
import { dataSet } from './training/data.js';

/**
 * Of each text, by its ids.
 *
 * @param program one that judges
 * @param shape of a language model
 */
export async function perplexitiesOf(
  program: Program,
  shape: ModelShape & { head: { task: 'lm' } },
  parameters: Parameters,
  texts: readonly (readonly number[])[],
  batchSize: number,
): Promise<number[]> {
  const { stretch, bothWays } = shape.head;
  const stretches = texts.map((ids) => stretchesOf(ids, stretch, bothWays));
  const data = dataSet(stretches.flat(), 'token', bothWays ? 2 : 1);
  const rows = Int32Array.from({ length: data.offsets.length - 1 }, (_, row) => row);
  const { losses } = await answersOf(program, shape, parameters, data, rows, batchSize, data.targets);
  let at = 0;
  return stretches.map((parts) => {
    const end = parts.reduce((sum, { targets }) => sum + targets.length, at);
    const loss = meanLoss(losses!.numbers.subarray(at, end), data.targets.numbers.subarray(at, end));
    at = end;
    return Math.exp(loss);
  });
}
