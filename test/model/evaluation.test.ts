/** Figures of a classifier against a matrix that is worked by hand, and properties of any. */
import fc from 'fast-check';
import { classificationOf, commonConfusions, predictedLabels, surestMistakes } from '../../src/model/evaluation.js';

/**
 *            a  b  c   support
 *        a   3  1  0   4
 *        b   1  2  0   3        d neither occurs nor is predicted
 *        c   2  0  1   3
 * predicted  6  3  1
 */
const TRUTH = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2];
const PREDICTED = [0, 0, 0, 1, 0, 1, 1, 0, 0, 2];

test('a matrix worked by hand', () => {
  const { accuracy, labels, macro, weighted, micro, confusion } = classificationOf(['a', 'b', 'c', 'd'], TRUTH, PREDICTED);
  expect(confusion).toEqual([
    [3, 1, 0, 0],
    [1, 2, 0, 0],
    [2, 0, 1, 0],
    [0, 0, 0, 0],
  ]);
  expect(accuracy).toBeCloseTo(6 / 10, 12);
  const rates = labels.map(({ label, support, predicted, precision, recall, f1 }) => [label, support, predicted, precision, recall, f1]);
  expect(rates).toEqual([
    ['a', 4, 6, 3 / 6, 3 / 4, 6 / 10],
    ['b', 3, 3, 2 / 3, 2 / 3, 4 / 6],
    ['c', 3, 1, 1 / 1, 1 / 3, 2 / 4],
    ['d', 0, 0, 0, 0, 0],
  ]);
  // (1/2 + 2/3 + 1)/3 = 13/18; (3/4 + 2/3 + 1/3)/3 = 7/12; (3/5 + 2/3 + 1/2)/3 = 53/90
  expect(macro.precision).toBeCloseTo(13 / 18, 12);
  expect(macro.recall).toBeCloseTo(7 / 12, 12);
  expect(macro.f1).toBeCloseTo(53 / 90, 12);
  // (4·1/2 + 3·2/3 + 3·1)/10; (4·3/4 + 3·2/3 + 3·1/3)/10; (4·3/5 + 3·2/3 + 3·1/2)/10
  expect(weighted.precision).toBeCloseTo(0.7, 12);
  expect(weighted.recall).toBeCloseTo(0.6, 12);
  expect(weighted.f1).toBeCloseTo(0.59, 12);
  expect(micro).toEqual({ precision: 0.6, recall: 0.6, f1: 0.6 });
});

test('a label that is predicted and never occurs counts for the macro average, with nothing', () => {
  const { macro, weighted } = classificationOf(['a', 'b'], [0, 0], [0, 1]);
  expect(macro).toEqual({ precision: 1 / 2, recall: 1 / 4, f1: 1 / 3 });
  expect(weighted).toEqual({ precision: 1, recall: 1 / 2, f1: 2 / 3 });
});

test('of any answers: recall by support is the accuracy, and the matrix has every text', () => {
  const pairs = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1 });
  fc.assert(
    fc.property(pairs, (texts) => {
      const [truth, predicted] = [texts.map(([one]) => one), texts.map(([, other]) => other)];
      const { accuracy, weighted, confusion } = classificationOf(['a', 'b', 'c', 'd'], truth, predicted);
      expect(weighted.recall).toBeCloseTo(accuracy, 12);
      expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(texts.length);
    }),
  );
});

test('the surest mistakes first, of equals the first text; none that is right', () => {
  const numbers = Float32Array.of(0.75, 0.25, 0.125, 0.875, 0.25, 0.75, 0.25, 0.75, 0.5, 0.5);
  const probabilities = { per: 'sentence', width: 2, numbers } as const;
  const predicted = predictedLabels(probabilities);
  expect(predicted).toEqual([0, 1, 1, 1, 0]);
  const truth = [1, 1, 0, 0, 1];
  expect(surestMistakes(truth, predicted, probabilities, 3)).toEqual([
    { text: 0, probability: 0.75 },
    { text: 2, probability: 0.75 },
    { text: 3, probability: 0.75 },
  ]);
  expect(surestMistakes(truth, predicted, probabilities, 9).at(-1)).toEqual({ text: 4, probability: 0.5 });
  expect(surestMistakes(truth, predicted, probabilities, 0)).toEqual([]);
});

test('what is confused most often', () => {
  const { confusion } = classificationOf(['a', 'b', 'c'], TRUTH, PREDICTED);
  expect(commonConfusions(confusion, 2)).toEqual([
    { from: 2, to: 0, texts: 2 },
    { from: 0, to: 1, texts: 1 },
  ]);
});
