/**
 * The library of Arrow, loaded where records in Arrow are met; as CommonJS, and as one file where the build has bundled it
 * (`tools/bundle.mjs`): its two hundred modules took a twentieth of a second more.
 */
import { createRequire } from 'node:module';
import type * as Arrow from 'apache-arrow';

export const loadArrow = (): typeof Arrow => createRequire(import.meta.url)('apache-arrow') as typeof Arrow;
