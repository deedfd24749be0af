/** The head of segmentation: tagging, of characters by their place in a word; so its spans are the words. */
import type { Head } from './head.js';
import { tag, tagsOf, type TagDefinition } from './tag.js';

export const segment: Head<TagDefinition> = {
  ...tag,
  task: 'segment',
  fields: (definition, said, { tokens }, parameters) => {
    const tags = tagsOf(definition, said, tokens.length, parameters);
    return { tags, words: wordsOf(tokens, tags) };
  },
  line: (definition, said, { tokens }, parameters) => wordsOf(tokens, tagsOf(definition, said, tokens.length, parameters)).join(' '),
};

/** A word begins at B and S, and with the sentence. */
function wordsOf(characters: readonly string[], tags: readonly string[]): string[] {
  const words: string[] = [];
  for (const [i, character] of characters.entries())
    if (i === 0 || tags[i] === 'B' || tags[i] === 'S') words.push(character);
    else words.push(words.pop()! + character);
  return words;
}
