/** The colours of cells as grounds of the cells of a table. Made here, since a page of which no script runs has no such table. */

const rule = (look: string, ground: string, text: string): string => `.${look}{background:var(--${ground});color:var(--${text})}`;

export function paintTables(): void {
  const rules = [
    ...Array.from({ length: 21 }, (_, level) => rule(`b${level}`, `s${level}`, `n${level}`)),
    ...Array.from({ length: 11 }, (_, level) => rule(`d${level}`, `g${level}`, `m${level}`)),
  ];
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules.join(''));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
