/** The lengths of words, in code units, without the line ends between runs, which both backends give as words. */
export function lengthsOf(words: readonly string[]): Int32Array {
  const lengths = new Int32Array(words.length);
  let count = 0;
  for (const word of words) if (word !== '\n') lengths[count++] = word.length;
  return lengths.subarray(0, count);
}
