/** The list of heads. One line a head. */
import type { HeadDefinition } from '../../formats/model.js';
import { classify } from './classify.js';
import type { Head } from './head.js';

const HEADS: readonly Head<never>[] = [classify];

/** The head of a definition's task. */
export function headOf({ task }: HeadDefinition): Head {
  return HEADS.find((head) => head.task === task) as unknown as Head;
}
