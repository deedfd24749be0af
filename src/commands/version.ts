/** The version of this package. */
import { readFileSync } from 'node:fs';
import { placeOf } from '../place.js';

export const { version } = JSON.parse(readFileSync(placeOf('../package.json'), 'utf8')) as { version: string };
