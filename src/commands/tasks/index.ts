/** The list of tasks. One line a task. */
import type { HeadDefinition } from '../../formats/model.js';
import { classify } from './classify.js';
import { lm } from './lm.js';
import { multilabel } from './multilabel.js';
import { regress } from './regress.js';
import { segment } from './segment.js';
import { seq2seq } from './seq2seq.js';
import { tag } from './tag.js';
import type { Task } from './task.js';

/** A task among others; it is only ever handed definitions that it made itself. */
const one = <D extends HeadDefinition>(task: Task<D>): Task => task;

export const TASKS: readonly Task[] = [one(classify), one(regress), one(multilabel), one(tag), one(segment), one(lm), one(seq2seq)];

export const taskOf = (name: string): Task => TASKS.find((task) => task.name === name)!;
