/**
 * Bytes as printable text, 13 bits in two characters: an eighth less than twice what base64 adds. The 91 characters are those of ASCII that
 * may stand anywhere between tags: all from `!` to `~` but `&`, `<` and `>`.
 */

const ALPHABET = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter((one) => !'&<>'.includes(one));
const BASE = ALPHABET.length;
const [PAIR, SINGLE] = [13, 6];

/** @example base91(Uint8Array.of(1)) // "!: the digits 1 and 0, the lower one first */
export function base91(bytes: Uint8Array): string {
  let [text, held, bits] = ['', 0, 0];
  for (const byte of bytes) {
    held |= byte << bits;
    bits += 8;
    if (bits < PAIR) continue;
    const pair = held & (2 ** PAIR - 1);
    text += ALPHABET[pair % BASE]! + ALPHABET[Math.floor(pair / BASE)]!;
    held >>= PAIR;
    bits -= PAIR;
  }
  // what is left takes one character where it can: so less than a byte is left over at the end, and none is read that was not written
  if (bits > SINGLE) text += ALPHABET[held % BASE]! + ALPHABET[Math.floor(held / BASE)]!;
  else if (bits > 0) text += ALPHABET[held]!;
  return text;
}

/** The way back, as the source of a JavaScript function of a string: it stands in the page, and runs before all else there. */
export const FROM_BASE91 = `t=>{let d=i=>(i=t.charCodeAt(i))-33-(i>38)-(i>60)-(i>62),o=[],h=0,b=0,i=0;for(;i<t.length;i+=2)for(i+1<t.length?(h|=d(i)+d(i+1)*${BASE}<<b,b+=${PAIR}):(h|=d(i)<<b,b+=${SINGLE});b>7;b-=8)o.push(h&255),h>>=8;return Uint8Array.from(o)}`;
