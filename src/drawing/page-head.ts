/** The heads of pages. One that stands alone asks for nothing: its policy allows the one style, and the scripts, whose hashes it names. */
import { escapeXml } from './markup.js';
import type { Theme } from './style.js';
import type { Language } from './words.js';

interface PageHead {
  /** as text; what is shown as the title is put together here */
  title: string;
  language: Language;
  theme: Theme;
  style: string;
  /** in the order in which they stand in the page */
  scripts: readonly string[];
  /** SHA-256 in base64 */
  hash: (text: string) => string;
}

/** Everything up to the body. */
export function pageHead({ title, language, theme, style, scripts, hash }: PageHead): string {
  const allowed = scripts.map((script) => `'sha256-${hash(script)}'`).join(' ');
  const policy = [
    "default-src 'none'",
    'img-src data:',
    `style-src 'sha256-${hash(style)}'`,
    ...(allowed === '' ? [] : [`script-src ${allowed}`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const switched = theme === 'dark' || theme === 'mono' ? ` data-theme="${theme}"` : '';
  return `<!doctype html>
<html lang="${language === 'en' ? 'en' : 'zh-Hans'}"${switched}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)} · rnn-pipe</title>
<style>${style}</style>
</head>`;
}

/** The same of a page of `serve`, whose policy is in the server's headers, and whose style is asked for. */
export const servedHead = (title: string, language: Language): string => `<!doctype html>
<html lang="${language === 'en' ? 'en' : 'zh-Hans'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css">
<title>${title} · rnn-pipe</title>
</head>`;
