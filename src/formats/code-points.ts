/** The unit of spans: Unicode code points, of which a character beyond U+FFFF is one and a lone surrogate one, too. */

const PAIR = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g;
const HIGH = /[\uD800-\uDBFF]/;

/** How many code points a text has. */
export function codePoints(text: string): number {
  return HIGH.test(text) ? text.length - (text.match(PAIR)?.length ?? 0) : text.length;
}
