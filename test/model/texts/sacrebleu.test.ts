/** Only where RNN_PIPE_PYTHON names a Python with sacrebleu (test/requirements.txt): the same figures of texts that it has never seen. */
import { execFileSync } from 'node:child_process';
import { uniform } from '../../../src/model/random.js';
import { bleu } from '../../../src/model/texts/bleu.js';
import { chrf } from '../../../src/model/texts/chrf.js';

const python = process.env['RNN_PIPE_PYTHON'];
const where = python ? describe : describe.skip;

const PROGRAM = `
import json, sys, sacrebleu
told = []
for one in json.load(sys.stdin):
    score = sacrebleu.BLEU(lowercase=one['lowerCase'], force=True, tokenize=one['tokens'])
    told.append([score.corpus_score(one['said'], [one['references']]).score, sacrebleu.CHRF().corpus_score(one['said'], [one['references']]).score])
print(json.dumps(told))`;

const WORDS = [
  'The',
  'cat',
  "doesn't",
  'sit',
  'on',
  'a',
  'mat',
  '.',
  ',',
  '3.5',
  '10-20',
  'U.S.',
  '&amp;',
  '"yes"',
  'naïve',
  '我',
  '不知道',
  '。',
  'A',
  '?!',
];

where('sacrebleu', () => {
  test('BLEU and chrF of random texts are its own, to eight digits', () => {
    const next = uniform(11);
    const pick = (): string => WORDS[Math.floor(next() * WORDS.length)]!;
    const textOf = (): string[] => Array.from({ length: Math.floor(next() * 12) }, pick);
    const cases = Array.from({ length: 24 }, (_, i) => {
      const references = Array.from({ length: 1 + Math.floor(next() * 6) }, textOf);
      // a third of the words are others, some are missing
      const said = references.map((words) => words.flatMap((word) => (next() < 0.2 ? [] : [next() < 0.3 ? pick() : word])));
      const joined = (texts: string[][]): string[] => texts.map((words) => words.join(next() < 0.5 ? ' ' : ''));
      return { said: joined(said), references: joined(references), tokens: i % 3 ? '13a' : 'char', lowerCase: i % 2 === 0 } as const;
    });
    const told = JSON.parse(execFileSync(python!, ['-c', PROGRAM], { input: JSON.stringify(cases), encoding: 'utf8' })) as [
      number,
      number,
    ][];
    expect(told).toHaveLength(cases.length);
    for (const [i, { said, references, tokens, lowerCase }] of cases.entries()) {
      const mine = [bleu(said, references, tokens, lowerCase), chrf(said, references)];
      expect({ case: cases[i], near: mine.map((one, k) => Math.abs(one - told[i]![k]!) < 1e-8) }).toEqual({
        case: cases[i],
        near: [true, true],
      });
    }
    expect(told.some(([one]) => one > 5)).toBe(true);
  });
});
