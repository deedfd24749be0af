/** What the weights of a model must be for its definition. */
import { PipeError } from '../errors.js';
import type { ModelDocument } from '../formats/model.js';
import { firstNotFinite } from '../formats/tensor.js';
import { denseParameters, tablesOf, type Parameters } from './parameters.js';

/** @throws PipeError('mismatch') that names the first tensor that is missing, too many or of another shape than the definition asks for */
export function checkParameters(document: ModelDocument, parameters: Parameters): void {
  const expected = new Map([...tablesOf(document), ...denseParameters(document)].map(({ name, shape }) => [name, shape]));
  const hint = 'the files of a model belong together: copy the whole folder again';
  for (const [name, shape] of expected) {
    const found = parameters.get(name);
    if (!found || found.shape.join() !== shape.join())
      throw new PipeError('mismatch', found ? `the weight "${name}" has another shape` : `there is no weight "${name}"`, {
        expected: `[${shape.join(', ')}]`,
        found: found ? `[${found.shape.join(', ')}]` : [...parameters.keys()].slice(0, 6).join(', '),
        hint,
      });
    const bad = firstNotFinite(found.data);
    if (bad >= 0)
      throw new PipeError('mismatch', `the weight "${name}" holds a number that is not finite`, {
        found: `${found.data[bad]} at index ${bad}`,
        hint: 'train again',
      });
  }
  for (const name of parameters.keys())
    if (!expected.has(name)) throw new PipeError('mismatch', `the weight "${name}" belongs to no part of the model`, { hint });
}
