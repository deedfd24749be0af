/** A scene and what was asked for, as an SVG file or as a page. */
import { cellPicture, cellUnits } from './cell-picture.js';
import { descriptionOf, titleOf } from './describe.js';
import { page } from './html.js';
import type { Picture } from './marks.js';
import { pictureOf, viewOf, type Look } from './picture.js';
import type { Deflate } from './png.js';
import type { Scene } from './scene.js';
import { svgStyle, type Theme } from './style.js';
import { svg } from './svg.js';
import { contextOf } from './view.js';

export interface FileOptions {
  theme?: Theme | undefined;
  /** language of the sentence: it decides the shapes of Han characters */
  tokenLanguage?: string | undefined;
}

const TOKEN_LANGUAGE = 'zh-Hans';

/** The picture, or the cell opened at one step, as an SVG file of its own. */
export function drawSvg(
  scene: Scene,
  look: Look,
  { theme = 'light', tokenLanguage = TOKEN_LANGUAGE }: FileOptions,
  opened = false,
): string | undefined {
  const view = viewOf(scene, look);
  const context = contextOf(scene, view);
  const units = opened ? cellUnits(context) : [];
  const picture = opened ? cellPicture(context, units, units[0]) : pictureOf(scene, view);
  if (!picture) return undefined;
  return pictureFile(
    picture,
    {
      title: titleOf(scene),
      description: descriptionOf(scene, view.language),
      chosen: look.step === undefined || opened ? undefined : view.chosen,
    },
    { theme, tokenLanguage },
  );
}

/** Any picture as an SVG file. */
export function pictureFile(
  picture: Picture,
  { title, description, chosen }: { title: string; description: string; chosen?: number | undefined },
  { theme = 'light', tokenLanguage = TOKEN_LANGUAGE }: FileOptions,
): string {
  const style = svgStyle(theme);
  return `${svg(picture, { prefix: 'p', strips: { how: theme === 'mono' ? 'ink' : 'vector' }, title, description, chosen, tokenLanguage, style })}\n`;
}

export interface PageOptions extends FileOptions {
  /** the compiled script of the page */
  script: string;
  deflate: Deflate;
  /** SHA-256 in base64, which the page's policy names styles and scripts by */
  hash: (text: string) => string;
  /** every number of every time step, however large the page becomes */
  full?: boolean | undefined;
}

/** The picture as a page that stands alone. */
export function drawPage(scene: Scene, look: Look, options: PageOptions): string {
  const { theme = 'auto', tokenLanguage = TOKEN_LANGUAGE, script, deflate, hash, full = false } = options;
  return page(scene, viewOf(scene, look), { theme, tokenLanguage, script, deflate, hash, full });
}
