/**
 * Many spans as one flat array, and their text. A corpus has millions of them: an array of its own for each would cost
 * more time than the segmenting does.
 */

/** @example new Spans([0, 2, 2, 3]) // [[0, 2], [2, 3]] */
export class Spans {
  /** @param flat start and end of each span in turn */
  constructor(readonly flat: ArrayLike<number>) {}

  get length(): number {
    return this.flat.length / 2;
  }

  /** The spans as JSON has them. */
  pairs(): [start: number, end: number][] {
    return Array.from({ length: this.length }, (_, i) => [this.flat[2 * i]!, this.flat[2 * i + 1]!]);
  }
}

/** Undefined for what is no array of [start, end]. */
export function spansFromJson(value: unknown): Spans | undefined {
  if (!Array.isArray(value)) return undefined;
  const flat: number[] = [];
  for (const pair of value as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2 || !Number.isSafeInteger(pair[0]) || !Number.isSafeInteger(pair[1])) return undefined;
    flat.push(pair[0] as number, pair[1] as number);
  }
  return new Spans(flat);
}

/** Texts of the spans that nearly all are: short ones near the beginning of a sentence. */
const [STARTS, LENGTHS] = [512, 16];
const usual: string[] = [];

/** `[[0,2],[2,3]]` */
export function spansToJson({ flat }: Spans): string {
  const parts = new Array<string>(flat.length / 2);
  for (let i = 0; i < flat.length; i += 2) {
    const start = flat[i]!;
    const length = flat[i + 1]! - start;
    if (start >= 0 && start < STARTS && length >= 0 && length < LENGTHS)
      parts[i >> 1] = usual[start * LENGTHS + length] ??= `[${start},${start + length}]`;
    else parts[i >> 1] = `[${start},${flat[i + 1]}]`;
  }
  return `[${parts.join(',')}]`;
}
