/**
 * How a page carries what is large in it: packed, as text in base 91, which a few lines of script unpack before all else. The script that they run
 * is named by its hash in the page's policy, as they are. A browser that cannot unpack shows the picture and the tables, which stand there.
 */
import { base91, FROM_BASE91 } from './base91.js';
import type { Deflate } from './png.js';

/** Ids of the elements that the loader reads. */
export const [CODE, NUMBERS] = ['code', 'numbers'] as const;

/** Gives the element of the numbers its `bytes`, then runs the code. */
export const LOADER = `(async()=>{const e=i=>document.getElementById(i),u=async i=>new Response(new Blob([(${FROM_BASE91})(e(i).textContent)]).stream().pipeThrough(new DecompressionStream("deflate"))),s=document.createElement("script");e("${NUMBERS}").bytes=new Uint8Array(await(await u("${NUMBERS}")).arrayBuffer());s.textContent=await(await u("${CODE}")).text();document.body.append(s)})()`;

export const packedCode = (script: string, deflate: Deflate): string => base91(deflate(new TextEncoder().encode(script)));

/** The numbers of a page, 32 bits each: the bytes of like weight stand together, since signs and exponents are much alike. */
export const packedNumbers = (bytes: Uint8Array, deflate: Deflate): string => base91(deflate(sorted(bytes)));

/** @example sorted(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)) // 1 5 2 6 3 7 4 8 */
export function sorted(bytes: Uint8Array): Uint8Array {
  const count = bytes.length / 4;
  const into = new Uint8Array(bytes.length);
  for (let i = 0; i < count; i++) for (let k = 0; k < 4; k++) into[k * count + i] = bytes[4 * i + k]!;
  return into;
}

/** The way back. */
export function unsorted(bytes: Uint8Array): Uint8Array {
  const count = bytes.length / 4;
  const into = new Uint8Array(bytes.length);
  for (let i = 0; i < count; i++) for (let k = 0; k < 4; k++) into[4 * i + k] = bytes[k * count + i]!;
  return into;
}
