/**
 * The lengths of words, in code units, without the line ends between runs, which both libraries give as words.
 *
 * @param parts of the words, one after another; each is forgotten when the next is asked for
 */
export function lengthsOf(parts: Iterable<readonly string[]>, most: number): Int32Array {
  const lengths = new Int32Array(most);
  let count = 0;
  for (const words of parts) for (const word of words) if (word !== '\n') lengths[count++] = word.length;
  return lengths.subarray(0, count);
}
