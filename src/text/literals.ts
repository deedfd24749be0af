/**
 * Words of the user's that hold other characters than Chinese ones (`5w-30`, `奥迪 A4L`): found before the text is cut, the
 * longest first, and not inside a longer Latin word or number.
 */

/** A text in pieces: literal words, and what is between them. */
export type Literals = (text: string) => { text: string; literal: boolean }[];

const LATIN = /[\p{Script=Latin}\p{Nd}]/u;

/** A finder of the words, or undefined when there are none. */
export function literalsOf(words: readonly string[]): Literals | undefined {
  if (words.length === 0) return undefined;
  const byFirst = new Map<number, string[]>();
  for (const word of [...words].sort((a, b) => b.length - a.length || (a < b ? -1 : 1))) {
    const same = byFirst.get(word.charCodeAt(0));
    if (same) same.push(word);
    else byFirst.set(word.charCodeAt(0), [word]);
  }
  return (text) => {
    const pieces: { text: string; literal: boolean }[] = [];
    let from = 0;
    for (let at = 0; at < text.length;) {
      const word = byFirst.get(text.charCodeAt(at))?.find((one) => text.startsWith(one, at) && standsAlone(text, at, one));
      if (word === undefined) {
        at++;
        continue;
      }
      if (at > from) pieces.push({ text: text.slice(from, at), literal: false });
      pieces.push({ text: word, literal: true });
      from = at += word.length;
    }
    if (from < text.length) pieces.push({ text: text.slice(from), literal: false });
    return pieces;
  };
}

/** Is the word at `at` neither the end nor the beginning nor the middle of a longer Latin word? */
function standsAlone(text: string, at: number, word: string): boolean {
  const end = at + word.length;
  const before = at > 0 && LATIN.test(text[at - 1]!) && LATIN.test(word[0]!);
  const after = end < text.length && LATIN.test(text[end]!) && LATIN.test(word.at(-1)!);
  return !before && !after;
}
