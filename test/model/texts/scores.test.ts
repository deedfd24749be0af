/** BLEU and chrF against what fixtures/heads/make_bleu.py made with sacrebleu. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { bleu, type BleuTokens } from '../../../src/model/texts/bleu.js';
import { chrf } from '../../../src/model/texts/chrf.js';

interface Case {
  name: string;
  said: string[];
  references: string[];
  tokens: BleuTokens;
  lowerCase: boolean;
  bleu: number;
  chrf: number;
}

const CASES = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../fixtures/heads/bleu.json'), 'utf8')) as Case[];

test.each(CASES)('$name, $tokens, lower case $lowerCase', (one) => {
  expect(bleu(one.said, one.references, one.tokens, one.lowerCase)).toBeCloseTo(one.bleu, 8);
  expect(chrf(one.said, one.references)).toBeCloseTo(one.chrf, 8);
});
