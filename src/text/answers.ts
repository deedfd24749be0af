/**
 * Texts that a model is to say: cut into tokens without the spaces between them, and tokens joined to a text again.
 * "I don't know." → I, don't, know, . → "I don't know."; 我不知道。→ 我, 不, 知, 道, 。→ 我不知道。
 */
import type { Segmenter } from './segmenter.js';
import { UNKNOWN } from './specials.js';

/** The tokens of each text; white space is none. */
export function cutAnswers(texts: readonly string[], segmenter: Segmenter, lowerCase: boolean): string[][] {
  const cased = lowerCase ? texts.map((text) => text.toLowerCase()) : texts;
  return segmenter.cut(cased).map(({ tokens }) => tokens.filter((token) => /\S/.test(token)));
}

/** Scripts that are written without spaces, and full-width marks. */
const DENSE = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF“”‘’…—`;
const [BEFORE, AFTER] = [new RegExp(`[${DENSE}([{]$`, 'u'), new RegExp(`^[${DENSE}.,!?;:)\\]}%]`, 'u')];

/** The tokens as a text: a space where two of them would stand apart. */
function joinTokens(tokens: readonly string[]): string {
  return tokens.reduce((text, token) => (text === '' || BEFORE.test(text) || AFTER.test(token) ? text + token : `${text} ${token}`), '');
}

/**
 * What a model said, as a text.
 *
 * @param words of the answers, in id order
 * @param source tokens that stand in for `<unk>`: of each token said the one that was looked at most
 */
export function spokenText(
  { ids, lookedAt }: { ids: readonly number[]; lookedAt: readonly number[] },
  words: readonly string[],
  source: readonly string[] | undefined,
): string {
  return joinTokens(ids.map((id, i) => (id === UNKNOWN && source ? (source[lookedAt[i]!] ?? words[id]!) : words[id]!)));
}
