/** The list of heads. One line a head. */
import type { HeadDefinition } from '../../formats/model.js';
import { classify } from './classify.js';
import type { Head } from './head.js';
import { lm } from './lm.js';
import { multilabel } from './multilabel.js';
import { regress } from './regress.js';
import { segment } from './segment.js';
import { seq2seq } from './seq2seq.js';
import { tag } from './tag.js';

/** A head among others; it is only ever handed definitions of its own task. */
const one = <D extends HeadDefinition>(head: Head<D>): Head => head as unknown as Head;

const HEADS: readonly Head[] = [one(classify), one(regress), one(multilabel), one(tag), one(segment), one(lm), one(seq2seq)];

/** The head of a definition's task. */
export function headOf({ task }: HeadDefinition): Head {
  return HEADS.find((head) => (head.task as string) === task)!;
}

/** What a model is chosen by, unless the user says it. */
export function metricOf(definition: HeadDefinition): string {
  const { metric } = headOf(definition);
  return typeof metric === 'string' ? metric : metric(definition);
}
