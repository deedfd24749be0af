/** `curves`: what a training's log has in it, as a table and as a picture, also while the training is under way. */
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { curvesPicture, ticksOf } from '../../src/drawing/curves-picture.js';
import { textsOf } from '../../src/drawing/marks.js';
import { overlap } from '../../src/drawing/text.js';
import { start } from '../support/cli.js';
import { useModel } from '../support/model.js';
import { refused } from './support.js';

const folder = useModel('--segmenter characters --units 8 --hold-out 25%');
const line = (epoch: number, loss: number, valid: object, best: boolean): string =>
  `${JSON.stringify({ epoch, loss, learningRate: 0.1, valid, best })}\n`;

test('every epoch of the log is in the table and in the picture, and the best one is marked', () => {
  const log = readFileSync(folder().file('model/training.jsonl'), 'utf8').trim().split('\n');
  const epochs = log.map((one) => JSON.parse(one) as { loss: number; valid: { accuracy: number; loss: number }; best: boolean });
  const { code, stdout } = folder().run(['curves', 'model']);
  expect(code).toBe(0);
  expect(
    stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(/ {2,}/).slice(0, 4)),
  ).toEqual(epochs.map(({ loss, valid }, i) => [String(i + 1), ...[loss, valid.accuracy, valid.loss].map((value) => value.toFixed(4))]));
  expect(folder().run(['curves', 'model', '-o', 'curves.svg'])).toMatchObject({ code: 0, stdout: '' });
  const svg = readFileSync(folder().file('curves.svg'), 'utf8');
  for (const { loss, valid } of epochs)
    for (const value of [loss, valid.loss, valid.accuracy]) expect(svg).toContain(`data-value="${value}"`);
  expect(svg).toContain(`>best: ${epochs.findLastIndex(({ best }) => best) + 1}<`);
  expect(svg).toContain('>accuracy<');
  expect(svg).toContain('prefers-color-scheme:dark');
});

test('a training under way, by the name that its model will have', () => {
  mkdirSync(folder().file('begun.training'));
  const log = folder().file('begun.training/training.jsonl');
  writeFileSync(log, '');
  refused(folder(), 'rnn-pipe curves begun', { code: 'data', place: 'begun.training/training.jsonl', says: ['no epoch has ended'] });
  appendFileSync(log, line(1, 2.5, { f1: 0.25, loss: 2 }, true) + line(2, 1.5, { f1: 0.5, loss: 1 }, true));
  expect(folder().run(['curves', 'begun']).stdout).toMatch(/^2 +1\.5000 +0\.5000 +1\.0000 +better$/m);
  expect(folder().run(['curves', 'begun.training', '-o', 'begun.svg', '--metric', 'f1']).code).toBe(0);
  expect(readFileSync(folder().file('begun.svg'), 'utf8')).toContain('>f1<');
});

test('a training under way draws the score that it is to be judged by', async () => {
  const child = start(
    folder(),
    'train train.tsv --out begun --segmenter characters --dim 4 --units 4 --hold-out 25% --metric loss --epochs 100000 --min-count 1'.split(
      ' ',
    ),
  );
  let stderr = '';
  child.stderr!.on('data', (part: Buffer) => {
    stderr += part.toString('utf8');
    // an epoch that is told of is in the log after the signal, whenever that comes
    if (/^epoch /m.test(stderr)) child.kill('SIGINT');
  });
  await new Promise((resolve) => child.on('close', resolve));
  const drawn = (args: string): string => {
    expect(folder().run([...`curves begun -o ${args}`.split(' ')])).toMatchObject({ code: 0 });
    return readFileSync(folder().file(args.split(' ')[0]!), 'utf8');
  };
  expect(drawn('begun.svg')).not.toContain('>accuracy<');
  expect(drawn('asked.svg --metric accuracy')).toContain('>accuracy<');
});

test('a training without validation data has a loss and no best epoch', () => {
  cpSync(folder().file('model'), folder().file('plain'), { recursive: true });
  writeFileSync(folder().file('plain/training.jsonl'), line(1, 2, {}, true) + line(2, 1, {}, true));
  expect(folder().run(['curves', 'plain', '-o', 'plain.svg']).code).toBe(0);
  const svg = readFileSync(folder().file('plain.svg'), 'utf8');
  expect(svg).toContain('data-value="2"');
  expect(svg).not.toMatch(/>(best|validation)/);
  refused(folder(), 'rnn-pipe curves plain --metric f1', { code: 'usage', says: ['there is no score', 'no validation data'] });
});

test('what is no log, and no picture, is refused', () => {
  refused(folder(), 'rnn-pipe curves nothing', { code: 'no-input', place: 'nothing', says: ['there is no training'] });
  refused(folder(), 'rnn-pipe curves model -o curves.png', { code: 'usage', says: ['draws SVG'] });
  appendFileSync(folder().file('model/training.jsonl'), '{"epoch": 0}\n');
  refused(folder(), 'rnn-pipe curves model', { code: 'mismatch', place: 'model/training.jsonl', says: ['epoch is wrong'] });
});

test.each([
  [0.13, 0.58, 5, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]],
  [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [12, 97, 5, [0, 20, 40, 60, 80, 100]],
  [-3, 3, 3, [-4, -2, 0, 2, 4]],
  [0.5, 0.5, 5, [0.5, 0.6]],
  [0, 0, 5, [0, 0.2]],
])('ticks from %d to %d, about %d', (low, high, count, ticks) => {
  expect(ticksOf(low, high, count)).toEqual(ticks);
});

test.each([1, 2, 10, 37, 200])('of %d epochs: no text lies on another, and all lies within the picture', (count) => {
  const epochs = Array.from({ length: count }, (_, i) => i + 1);
  for (const scale of [1, 1e-6, 1e6])
    for (const best of [1, count]) {
      const values = epochs.map((epoch) => (epoch === 3 ? null : scale / epoch));
      const curves = (['training', 'validation'] as const).map((name) => ({ name, values }));
      const { marks, width, height } = curvesPicture(
        epochs,
        [
          { title: 'loss', curves },
          { title: 'accuracy', curves },
        ],
        best,
        760,
      );
      const texts = textsOf(marks);
      const wrong = texts.flatMap((a, i) => texts.slice(i + 1).flatMap((b) => (overlap(a.box, b.box) ? [`${a.text} on ${b.text}`] : [])));
      expect(wrong).toEqual([]);
      for (const { box } of marks) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(box.y + box.height).toBeLessThanOrEqual(height);
      }
    }
});
