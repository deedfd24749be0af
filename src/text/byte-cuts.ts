/**
 * Cuts texts that lie as UTF-8: runs of Chinese characters by a segmenter, the rest by the one rule, as `han-and-other.ts` does with strings.
 * The runs of all texts go to the segmenter in one call, and no token becomes a string.
 */
import { larger, textOf } from '../formats/bytes.js';
import { hanWidth, notTheRuns } from './han.js';
import { beginsWithMark, cutOther } from './other-text.js';
import type { Cut, CutRuns } from './segmenter.js';

const LF = 10;
const BACKSLASH = 0x5c;

export class ByteCuts {
  /** of the text that was cut last */
  count = 0;
  /** its code points */
  characters = 0;
  /** where each of its tokens ends: in the bytes, and in code points from its beginning */
  byteEnds = new Int32Array(1 << 10);
  ends = new Int32Array(1 << 10);
  readonly #bytes: Uint8Array;
  /** 1 where a word of Chinese characters ends */
  readonly #wordEnds: Uint8Array;

  /** @param bytes valid UTF-8, in which the texts stand */
  constructor(bytes: Uint8Array, cutRuns: CutRuns) {
    this.#bytes = bytes;
    this.#wordEnds = wordEnds(bytes, cutRuns);
  }

  /** Cuts the text bytes[start, end). False where it cannot: bytes with an escape of JSON, and a mark that combines with a Chinese character. */
  cut(start: number, end: number): boolean {
    const [bytes, wordEnds] = [this.#bytes, this.#wordEnds];
    let point = 0;
    this.count = 0;
    for (let at = start; at < end;) {
      const width = hanWidth(bytes, at);
      if (width > 0) {
        at += width;
        point++;
        if (wordEnds[at] === 1) this.#add(at, point);
        continue;
      }
      let [to, points] = [at, 0];
      for (; to < end && hanWidth(bytes, to) === 0; to++) {
        if (bytes[to] === BACKSLASH) return false;
        if ((bytes[to]! & 0xc0) !== 0x80) points++;
      }
      if (at > start && beginsWithMark(bytes, at, to)) return false;
      if (points === 1) this.#add(to, point + 1);
      else this.#addOther(at, to, point);
      at = to;
      point += points;
    }
    this.characters = point;
    return true;
  }

  #addOther(start: number, end: number, point: number): void {
    const bytes = this.#bytes;
    const text = textOf(bytes, start, end);
    const cut: Cut = { tokens: [], spans: [], dropped: 0 };
    cutOther(text, 0, text.length, 0, cut);
    let [at, unit] = [start, 0];
    for (let i = 1; i < cut.spans.length; i += 2) {
      for (; unit < cut.spans[i]!; point++) {
        const lead = bytes[at]!;
        at += lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        unit += lead < 0xf0 ? 1 : 2;
      }
      this.#add(at, point);
    }
  }

  #add(byteEnd: number, end: number): void {
    if (this.count === this.ends.length) {
      this.byteEnds = larger(this.byteEnds, new Int32Array(2 * this.byteEnds.length));
      this.ends = larger(this.ends, new Int32Array(2 * this.ends.length));
    }
    this.byteEnds[this.count] = byteEnd;
    this.ends[this.count++] = end;
  }
}

/** The runs of Chinese characters, where each begins, and how many there are. */
interface Runs {
  units: Uint16Array;
  begins: Int32Array;
  count: number;
}

function runsIn(bytes: Uint8Array): Runs {
  const units = new Uint16Array(bytes.length / 2 + 1);
  let [length, count, begins] = [0, 0, new Int32Array(1 << 10)];
  for (let at = 0; at < bytes.length; at++) {
    if (hanWidth(bytes, at) === 0) continue;
    if (count === begins.length) begins = larger(begins, new Int32Array(2 * begins.length));
    begins[count++] = at;
    do {
      units[length++] = ((bytes[at]! & 0x0f) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f);
      at += 3;
    } while (hanWidth(bytes, at) > 0);
    units[length++] = LF;
  }
  return { units: units.subarray(0, length), begins, count };
}

/** 1 behind the last byte of each word of Chinese characters. */
function wordEnds(bytes: Uint8Array, cutRuns: CutRuns): Uint8Array {
  const { units, begins, count } = runsIn(bytes);
  const lengths = cutRuns(units);
  const ends = new Uint8Array(bytes.length + 1);
  let [word, unit] = [0, 0];
  for (let run = 0; run < count; run++, unit++) {
    for (let at = begins[run]!; units[unit] !== LF;) {
      const length = lengths[word++];
      if (length === undefined) throw notTheRuns();
      unit += length;
      at += 3 * length;
      ends[at] = 1;
    }
  }
  if (word !== lengths.length) throw notTheRuns();
  return ends;
}
