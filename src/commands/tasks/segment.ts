/** The task of segmentation: characters tagged by their place in a word, from text whose words are divided by spaces. */
import type { TagDefinition } from '../../model/heads/tag.js';
import { readSegmented } from '../tagged-data.js';
import { tag, tagTargets } from './tag.js';
import type { Task } from './task.js';

const TAGS = ['B', 'E', 'M', 'S'];

export const segment: Task<TagDefinition> = {
  ...tag,
  name: 'segment',
  about: 'where words begin and end',
  options: tag.options.filter(({ flags }) => flags.endsWith('-crf') || flags === '--crf'),
  formats: ['text'],
  read: (files, read) => readSegmented(files, read),
  segmenter: () => 'codepoints',
  define: (_, options) => ({ task: 'segment', tags: TAGS, scheme: 'BMES', crf: (options['crf'] as boolean | undefined) ?? true }),
  targets: tagTargets,
};
