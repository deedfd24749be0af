/** The head of segmentation: tagging, of characters by their place in a word; so its spans are the words. */
import type { Head } from './head.js';
import { tag, type TagDefinition } from './tag.js';

export const segment: Head<TagDefinition> = { ...tag, task: 'segment' };
