/** Tables for people, in which a Chinese character is two columns wide. */
import stringWidth from 'string-width';

/** Columns are as wide as their widest cell, divided by two spaces; no line ends in spaces. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => stringWidth(row[column] ?? ''))));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell + ' '.repeat(widths[column]! - stringWidth(cell))).join('  ');
  return all.map((row) => `${line(row).trimEnd()}\n`).join('');
}

/** The text, cut to `columns` with `…`. */
export function fit(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let [out, width] = ['', 1];
  for (const character of text) {
    width += stringWidth(character);
    if (width > columns) break;
    out += character;
  }
  return `${out}…`;
}
