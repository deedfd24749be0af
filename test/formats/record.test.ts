import { PipeError } from '../../src/errors.js';
import { fromJson, need, toJson } from '../../src/formats/record.js';
import { Tensor } from '../../src/formats/tensor.js';

const roundTrip = (line: string): string => toJson(fromJson(JSON.parse(line)));

test.each([
  '{"id":"1#1","text":"今天","span":[0,2],"label":"a","mine":{"__proto__":[1,null]},"__proto__":{"x":1},"constructor":"2"}',
  '{"tokens":["__proto__","constructor","2","\\ud800"],"tokenSpans":[[0,9]],"ids":[1,2],"mask":[1,0]}',
  '{"embeddings":[[0.1,-2.5],[0,1e-7]],"hiddenStates":[],"output":[0.33333334]}',
  '{"trace":[{"layer":1,"direction":"forward","hiddenStates":[[0.5]],"cellStates":[[1]],"gates":{"inputGate":[[0.25]]}}]}',
  '{"text":"a\\u2028b\\u0085c\\u2029"}',
])('%s goes through unchanged', (line) => {
  expect(roundTrip(line)).toBe(line);
});

test('line ends of other readers are written escaped', () => {
  expect(toJson({ text: 'a\u2028\u0085' })).toBe('{"text":"a\\u2028\\u0085"}');
});

test('nested arrays become tensors', () => {
  expect(fromJson({ embeddings: [[1, 2]] }).embeddings).toEqual(new Tensor([1, 2], Float32Array.of(1, 2)));
});

test.each([
  [{ tokens: 'a b' }, 'the field "tokens" is wrong'],
  [{ ids: [1.5] }, 'the field "ids" is wrong'],
  [{ span: [1] }, 'the field "span" is wrong'],
  [{ embeddings: [[1], [null]] }, 'the field "embeddings" has null in place of a number at index 0 of row 1'],
  [{ trace: [{ hiddenStates: 3, gates: {} }] }, 'the field "trace.hiddenStates" is not an array'],
  [[1], 'not a record'],
  [null, 'not a record'],
])('%j is refused', (value, words) => {
  expect(() => fromJson(value)).toThrow(new PipeError('data', words));
});

test('need names the step that adds the field', () => {
  expect(() => need({ text: 'a' }, 'ids')).toThrow('the record has no "ids"');
  try {
    need({ text: 'a' }, 'ids');
  } catch (error) {
    expect((error as PipeError).hint).toContain('rnn-pipe encode');
  }
});
