/** The part of `evaluate` for models that say texts: what they say, searched for as `predict` does, beside what it should have been. */
import type { BleuTokens } from '../model/texts/bleu.js';
import { textScores, type TextScores } from '../model/texts/scores.js';
import type { Sentences } from '../model/sentences.js';
import { spokenText } from '../text/answers.js';
import type { OptionDefinition, Options } from './command.js';
import type { Model } from './model-folder.js';
import { engineOf } from './engine-options.js';
import { SEARCH_OPTIONS, searchOf } from './search-options.js';
import { speakerOf } from './search.js';
import type { Labelled } from './tasks/task.js';

/** How texts are compared: of `score` too. */
export const COMPARING: readonly OptionDefinition[] = [
  { flags: '--tokens <name>', about: 'tokens that BLEU counts', choices: ['13a', 'char'], default: '13a' },
  { flags: '--lower-case', about: 'compare small letters (BLEU and chrF)' },
];

export const TEXT_SCORE_OPTIONS: readonly OptionDefinition[] = [
  ...SEARCH_OPTIONS.filter(({ flags }) => !flags.startsWith('--n-best')),
  ...COMPARING,
];

/**
 * BLEU, chrF and exact matches of a model of seq2seq; a model that says small letters is compared in small letters.
 *
 * @param sentences the texts as numbers
 */
export async function saidScores(
  model: Model,
  texts: readonly Labelled[],
  sentences: Sentences,
  options: Options,
): Promise<TextScores | undefined> {
  const { answerVocabulary } = model;
  const { head } = model.document;
  if (head.task !== 'seq2seq') return undefined;
  const speaker = await speakerOf(model, head, await engineOf(options), searchOf(options, head.answers.maxLength), options);
  try {
    const found = await speaker.say(sentences);
    const replacing = options['replaceUnknown'] === true;
    const said = found.map(({ said: [best] }, i) =>
      best ? spokenText(best, answerVocabulary!.tokens, replacing ? texts[i]!.tokens : undefined) : '',
    );
    const references = texts.map(({ record }) => String(record.label));
    const lowerCase = options['lowerCase'] === true || head.answers.lowerCase;
    return textScores(said, references, { tokens: options['tokens'] as BleuTokens, lowerCase });
  } finally {
    await speaker.close();
  }
}
