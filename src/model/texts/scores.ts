/** How good texts are beside what they should have been: BLEU, chrF2 and the share that are the same. */
import { bleu, type BleuTokens } from './bleu.js';
import { chrf } from './chrf.js';

export interface TextScores {
  bleu: number;
  chrf: number;
  exact: number;
}

/** @param lowerCase compare small letters */
export function textScores(
  said: readonly string[],
  references: readonly string[],
  { tokens, lowerCase }: { tokens: BleuTokens; lowerCase: boolean },
): TextScores {
  const cased = (texts: readonly string[]): string[] => texts.map((text) => (lowerCase ? text.toLowerCase() : text));
  const [these, those] = [cased(said), cased(references)];
  const same = these.filter((text, i) => text === those[i]).length;
  return { bleu: bleu(said, references, tokens, lowerCase), chrf: chrf(these, those), exact: same / said.length };
}
