/** An evaluation as tables for people. */
import type { Evaluation } from '../formats/evaluation.js';
import { commonConfusions } from '../model/evaluation.js';
import { fit, table } from './table.js';

/** Of more labels the matrix is too wide for a terminal: what is confused most often is told instead. */
const MOST_COLUMNS = 12;
const MOST_CONFUSIONS = 20;
const TEXT_COLUMNS = 60;
const LABEL_COLUMNS = 24;

const shown = (value: number | null): string => (value === null ? 'none' : value.toFixed(4));

export function evaluationText(evaluation: Evaluation): string {
  const { model, task, texts, tokens, unknownTokens, cutTokens, quantize, textsPerSecond, scores, classification } = evaluation;
  const about = [
    `${model}${quantize ? ` in 8 bits (${quantize})` : ''}, ${task}: ${texts} texts, ${tokens} tokens`,
    `${((100 * unknownTokens) / Math.max(1, tokens)).toFixed(2)} % unknown`,
    ...(cutTokens > 0 ? [`${cutTokens} tokens beyond the model’s greatest length are not read`] : []),
    `${textsPerSecond} texts/s through the network`,
  ];
  const figures = table(
    ['score', 'value'],
    Object.entries(scores).map(([name, score]) => [name, shown(score)]),
  );
  return [`${about.join(', ')}\n`, figures, ...(classification ? classificationTexts(classification) : [])].join('\n');
}

type Classification = NonNullable<Evaluation['classification']>;

function classificationTexts({ labels, macro, weighted, micro, confusion, mistakes }: Classification): string[] {
  const names = labels.map(({ label }) => oneLine(label, LABEL_COLUMNS));
  const rates = table(
    ['label', 'precision', 'recall', 'F1', 'texts', 'predicted'],
    [
      ...labels.map(({ precision, recall, f1, support, predicted }, i) => [
        names[i]!,
        ...[precision, recall, f1].map(shown),
        String(support),
        String(predicted),
      ]),
      ...Object.entries({ macro, weighted, micro }).map(([name, { precision, recall, f1 }]) => [
        `(${name})`,
        ...[precision, recall, f1].map(shown),
      ]),
    ],
  );
  const wrong =
    mistakes.length === 0
      ? []
      : [
          `the mistakes that the model was surest of\n${table(
            ['line', 'label', 'predicted', 'probability', 'text'],
            mistakes.map(({ line, label, prediction, probability, text }) => [
              String(line),
              oneLine(label, LABEL_COLUMNS),
              oneLine(prediction, LABEL_COLUMNS),
              shown(probability),
              oneLine(text, TEXT_COLUMNS),
            ]),
          )}`,
        ];
  return [rates, confusionText(names, confusion), ...wrong];
}

function confusionText(names: readonly string[], confusion: readonly (readonly number[])[]): string {
  if (names.length <= MOST_COLUMNS)
    return `a row a label, a column what was predicted\n${table(
      ['', ...names],
      confusion.map((row, i) => [names[i]!, ...row.map(String)]),
    )}`;
  const rows = commonConfusions(confusion, MOST_CONFUSIONS);
  return `what is confused most often (all of it: -o, --confusion)\n${table(
    ['label', 'predicted', 'texts'],
    rows.map(({ from, to, texts }) => [names[from]!, names[to]!, String(texts)]),
  )}`;
}

/** Nothing in a text may break a line of the table or steer the terminal. */
const oneLine = (text: string, columns: number): string => fit(text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' '), columns);
