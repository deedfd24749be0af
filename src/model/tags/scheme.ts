/**
 * What tags mean: a mark (B, I, M, E, S, O) and, behind a hyphen, the type of the span. A scheme says which tag may follow which;
 * tags that are plain classes (parts of speech) have no scheme.
 */

const SCHEMES = ['BIO', 'BMES', 'BIOES'] as const;
export type Scheme = (typeof SCHEMES)[number];

/** `B-PER` is the mark B and the type PER; `O` and `B` have no type. */
export function partsOfTag(tag: string): [mark: string, type: string] {
  const hyphen = tag.indexOf('-');
  return hyphen < 0 ? [tag, ''] : [tag.slice(0, hyphen), tag.slice(hyphen + 1)];
}

/** The scheme of a set of tags: all of them are marks, some of which begin a span and some go on with one. */
export function schemeOf(tags: readonly string[]): Scheme | undefined {
  const marks = new Set(tags.map((tag) => partsOfTag(tag)[0]));
  const are = (scheme: Scheme): boolean => [...marks].every((mark) => mark === 'O' || scheme.includes(mark));
  if (!marks.has('B') || !(marks.has('I') || marks.has('M') || marks.has('E'))) return undefined;
  return SCHEMES.find(are);
}

/** Which tags may begin a sentence, follow one another and end it; 1 = may. */
export interface Moves {
  first: Uint8Array;
  /** [from, to] */
  next: Uint8Array;
  last: Uint8Array;
}

/**
 * BIO: `I-x` only after `B-x` or `I-x`. BMES and BIOES: a span that has begun goes on (M, I) or ends (E) with its own type, and nothing
 * else goes on or ends. Without a scheme everything may.
 */
export function movesOf(tags: readonly string[], scheme: Scheme | undefined): Moves {
  const parts = tags.map(partsOfTag);
  const bit = (may: boolean): number => (may || scheme === undefined ? 1 : 0);
  const goesOn = ([mark]: [string, string]): boolean => mark === 'I' || mark === 'M' || mark === 'E';
  const isOpen = ([mark]: [string, string]): boolean => mark === 'B' || mark === 'I' || mark === 'M';
  const mustGoOn = scheme !== 'BIO';
  const next = new Uint8Array(tags.length ** 2);
  for (const [from, before] of parts.entries())
    for (const [to, after] of parts.entries()) {
      const may = goesOn(after) ? isOpen(before) && before[1] === after[1] : !(mustGoOn && isOpen(before));
      next[from * tags.length + to] = bit(may);
    }
  return {
    first: Uint8Array.from(parts, (part) => bit(!goesOn(part))),
    next,
    last: Uint8Array.from(parts, (part) => bit(!(mustGoOn && isOpen(part)))),
  };
}
