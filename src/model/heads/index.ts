/** The list of heads. One line a head. */
import type { HeadDefinition } from '../../formats/model.js';
import { classify } from './classify.js';
import type { Head } from './head.js';

/** A head among others; it is only ever handed definitions of its own task. */
const one = <D extends HeadDefinition>(head: Head<D>): Head => head;

const HEADS: readonly Head[] = [one(classify)];

/** The head of a definition's task. */
export function headOf({ task }: HeadDefinition): Head {
  return HEADS.find((head) => (head.task as string) === task)!;
}
