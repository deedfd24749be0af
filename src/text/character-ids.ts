/** Step 3 for a model that reads characters: code points to ids without a string for each, which a corpus has millions of. */
import type { Ids } from '../formats/features.js';
import { keyOf } from './features.js';
import { featureIds, NONE, pairId, quickly } from './ids.js';
import { UNKNOWN } from './specials.js';
import type { Vocabulary } from './vocabulary.js';

/** Of texts one after another; text i has the ids from offsets[i] to offsets[i + 1]. */
export interface CharacterIds extends Ids<Int32Array> {
  offsets: Int32Array;
}

/** The ids of the code points of texts, and of what features read beside each, as `idsOf` has them. A lone surrogate is a code point. */
export function characterIds(texts: readonly string[], vocabulary: Vocabulary): CharacterIds {
  const { idOf, idOfUnit } = quickly(vocabulary);
  const offsets = new Int32Array(texts.length + 1);
  const ids = new Int32Array(texts.reduce((sum, { length }) => sum + length, 0));
  let count = 0;
  for (const [i, text] of texts.entries()) {
    for (let at = 0; at < text.length; at++) {
      const point = text.codePointAt(at)!;
      if (point > 0xffff) at++;
      ids[count++] = point > 0xffff ? idOf(String.fromCodePoint(point)) : idOfUnit(point);
    }
    offsets[i + 1] = count;
  }
  return { offsets, ids: ids.subarray(0, count), ...featuresOf(texts, { offsets, ids }, vocabulary) };
}

function featuresOf(texts: readonly string[], read: CharacterIds, vocabulary: Vocabulary): Partial<CharacterIds> {
  const { runs, affixes } = vocabulary.features;
  if (runs && !affixes && vocabulary.ngrams === 2) return { ngramIds: pairIds(texts, read, vocabulary) };
  const found: Record<string, Int32Array> = {};
  for (const [i, text] of texts.entries()) {
    const own = Array.from(read.ids.subarray(read.offsets[i], read.offsets[i + 1]));
    for (const [field, numbers] of Object.entries(featureIds(Array.from(text), own, vocabulary)))
      (found[field] ??= new Int32Array(read.offsets.at(-1)!)).set(numbers, read.offsets[i]);
  }
  return found;
}

function pairIds(texts: readonly string[], { ids, offsets }: CharacterIds, vocabulary: Vocabulary): Int32Array {
  const pairs = quickly(vocabulary).pairs();
  const { others } = pairs;
  const found = new Int32Array(offsets.at(-1)!);
  for (const [i, text] of texts.entries()) {
    const begin = offsets[i]!;
    const end = offsets[i + 1]!;
    let tokens: string[] | undefined;
    for (let at = begin; at < end; at++) {
      const known = pairId(pairs, ids[at]!, at + 1 < end ? ids[at + 1]! : NONE);
      if (known !== undefined) found[at] = known;
      else found[at] = others.size > 0 ? (others.get(keyOf((tokens ??= Array.from(text)), at - begin, 2)) ?? UNKNOWN) : UNKNOWN;
    }
  }
  return found;
}
