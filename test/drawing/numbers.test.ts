/** Numbers on their way into the picture: ranges, bands, packing, and the arithmetic of a unit, which must come out as the network computed it. */
import { inflateSync } from 'node:zlib';
import { arithmetic, resetOf } from '../../src/drawing/arithmetic.js';
import { bandsOf, cellsOf, gateBandsOf, orderBy } from '../../src/drawing/bands.js';
import { columnsOf } from '../../src/drawing/columns.js';
import { sceneOf } from '../../src/drawing/from-record.js';
import { packScene, unpackScene } from '../../src/drawing/pack.js';
import { sorted, unsorted } from '../../src/drawing/loader.js';
import { base64, encodePng, stored } from '../../src/drawing/png.js';
import { niceLimit, rangesOf } from '../../src/drawing/range.js';
import { rowOf } from '../../src/drawing/scene.js';
import { openEngine } from '../../src/engine/index.js';
import { Tensor } from '../../src/formats/tensor.js';
import { openNetwork } from '../../src/model/network.js';
import { randomWeights, type NetworkShape } from '../../src/model/shape.js';
import { withSums } from '../../src/model/sums.js';
import { sceneFor } from './support.js';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test('limits are numbers that people read, and hold 99.5 % of the values of real steps', () => {
  expect([0, 0.0083, 0.011, 0.83, 1, 1.2, 1.7, 2.5, 4, 6, 8, 23].map(niceLimit)).toEqual([1, 0.01, 0.015, 1, 1, 1.5, 2, 3, 5, 7.5, 10, 30]);
  const scene = sceneFor({ tokens: 10, units: 100, padding: 5 });
  // one value in a thousand is far away, and padding is noise: neither sets the limit
  scene.lanes[0]!.cellStates!.data[5] = 1000;
  scene.lanes[0]!.cellStates!.data.fill(77, 1000);
  expect(rangesOf([scene]).c).toEqual({ limit: 1, beyond: 1 });
  expect(rangesOf([scene], { c: 0.5 }).c.limit).toBe(0.5);
  expect(rangesOf([scene]).h.limit).toBeLessThanOrEqual(1);
});

test('bands: all units while they fit, else the one furthest from zero; of gates the mean', () => {
  expect([8, 16, 32, 64, 128, 512].map((units) => [bandsOf(upTo(units)).units.length, bandsOf(upTo(units)).size])).toEqual([
    [8, 1],
    [16, 1],
    [32, 1],
    [64, 1],
    [128, 1],
    [128, 4],
  ]);
  expect(gateBandsOf(upTo(512))).toMatchObject({ size: 8, cellHeight: 1 });
  const bands = {
    units: [
      [0, 1],
      [2, 3],
    ],
    size: 2,
    cellHeight: 1,
  };
  const row = Float32Array.of(0.25, -0.5, 0.75, 0.25);
  expect(cellsOf(row, bands, 'signed', 0.6)).toEqual({ values: [-0.5, 0.75], levels: [2, 20], beyond: [1] });
  expect(cellsOf(row, bands, 'share', 1).values).toEqual([-0.125, 0.5]);
  expect(orderBy(Float32Array.of(1, 3, 2, 3), upTo(4))).toEqual([1, 3, 2, 0]);
});

test('long padding stands as one run, short padding as it is', () => {
  const mask = (text: string): boolean[] => Array.from(text, (one) => one === '1');
  expect(columnsOf(mask('1100'))).toHaveLength(4);
  expect(columnsOf(mask('0000000011'))).toEqual([
    { kind: 'run', from: 0, to: 8 },
    { kind: 'step', timeStep: 8 },
    { kind: 'step', timeStep: 9 },
  ]);
  expect(columnsOf(mask('101'))).toHaveLength(3);
});

test('a packed scene comes back bit for bit; a large one with h whole and the rest of one frame', () => {
  const scene = sceneFor({ tokens: 6, units: 8, padding: 2 });
  const back = ({ json, bytes }: ReturnType<typeof packScene>): typeof scene => unpackScene(json, new Float32Array(bytes.slice().buffer));
  expect(back(packScene(scene, 3, false))).toEqual(JSON.parse(JSON.stringify(scene), (_, value: unknown) => value) && { ...scene });
  const large = sceneFor({ tokens: 200, units: 512 });
  const packed = packScene(large, 100, false);
  expect(packed.only).toEqual([95, 112]);
  const some = back(packed);
  expect(rowOf(some.lanes[0]!.hiddenStates, 3)).toEqual(rowOf(large.lanes[0]!.hiddenStates, 3));
  expect(rowOf(some.lanes[0]!.cellStates!, 3)).toBeUndefined();
  expect(rowOf(some.lanes[0]!.cellStates!, 100)).toEqual(rowOf(large.lanes[0]!.cellStates!, 100));
  expect(packScene(large, 100, true).only).toBeUndefined();
});

test('bytes of like weight stand together in a page, and come back as they were', () => {
  expect([...sorted(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))]).toEqual([1, 5, 2, 6, 3, 7, 4, 8]);
  const bytes = Uint8Array.from({ length: 400 }, (_, i) => (i * i) % 251);
  expect(unsorted(sorted(bytes))).toEqual(bytes);
  expect(unsorted(new Uint8Array(0))).toEqual(new Uint8Array(0));
});

test('a PNG that every reader takes: header, palette, and rows that unpack to the levels', () => {
  const levels = Uint8Array.from({ length: 300 * 300 }, (_, i) => i % 7);
  const png = Buffer.from(
    encodePng(300, 300, levels, ['#000000', '#ff0000', '#00ff00', '#0000ff', '#ffffff', '#777777', '#123456'], stored),
  );
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([300, 300, 8, 3]);
  const at = png.indexOf('IDAT');
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  expect(rows).toHaveLength(300 * 301);
  expect(new Uint8Array(rows.subarray(301 + 1, 301 + 301))).toEqual(levels.subarray(300, 600));
  for (const length of [0, 1, 2, 3, 4, 5, 100]) {
    const bytes = Uint8Array.from({ length }, (_, i) => 7 * i);
    expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  }
});

/** Sentences with padding before and behind, through real networks. */
const CASES: (Pick<NetworkShape, 'cell' | 'resetAfter' | 'layers' | 'directions'> & { name: string })[] = [
  { name: 'lstm', cell: 'lstm', resetAfter: true, layers: 1, directions: ['forward'] },
  { name: 'lstm of two layers, both ways', cell: 'lstm', resetAfter: true, layers: 2, directions: ['forward', 'backward'] },
  { name: 'gru, reset after', cell: 'gru', resetAfter: true, layers: 2, directions: ['forward', 'backward'] },
  { name: 'gru, reset before', cell: 'gru', resetAfter: false, layers: 2, directions: ['forward', 'backward'] },
  { name: 'rnn', cell: 'rnn', resetAfter: true, layers: 2, directions: ['backward'] },
];

test.each(CASES)('every line of the arithmetic gives the network’s own number: $name', async ({ cell, resetAfter, layers, directions }) => {
  const shape: NetworkShape = { cell, inputSize: 5, units: 6, layers, directions, resetAfter };
  const weights = randomWeights(shape, 3);
  const network = withSums(await openNetwork(await openEngine(undefined, { threads: 1 }), shape, weights, true), weights);
  const embeddings = new Tensor(
    [7, 5],
    Float32Array.from({ length: 35 }, (_, i) => Math.sin(i * 1.7) * 2),
  );
  const mask = [0, 1, 1, 1, 1, 0, 0];
  const [states] = await network.run([{ inputs: embeddings, mask }]);
  await network.close();
  const scene = sceneOf({
    tokens: ['a', 'b', 'c', 'd'],
    ids: [0, 4, 5, 6, 7, 0, 0],
    mask,
    embeddings,
    network: { ...shape, directions: [...directions] },
    ...states!,
  });
  let lines = 0;
  for (const lane of scene.lanes)
    for (let t = 0; t < 7; t++) {
      if (!mask[t]) expect(arithmetic(scene, lane, t, 0, 'en')).toEqual([]);
      else
        for (let unit = 0; unit < 6; unit++)
          for (const { value, recomputed, numbers } of arithmetic(scene, lane, t, unit, 'en')) {
            expect(numbers).toBeDefined();
            expect(Math.abs(recomputed! - value)).toBeLessThan(1e-6);
            lines++;
          }
      if (cell === 'gru' && mask[t]) expect(resetOf(scene, lane, t)).toBe(resetAfter ? 'after' : 'before');
    }
  expect(lines).toBe(scene.lanes.length * 4 * 6 * { lstm: 6, gru: 4, rnn: 1 }[cell]);
});

test('a number that is not finite is an error that names the step, never a colour', () => {
  const data = Float32Array.from({ length: 6 }, (_, i) => (i === 4 ? NaN : i));
  expect(() => sceneOf({ tokens: ['a', 'b', 'c'], embeddings: new Tensor([3, 2], data) })).toThrow(
    expect.objectContaining({ code: 'data', found: 'NaN at time step 3, unit 0' }) as Error,
  );
});

test('lengths that contradict one another, and records with nothing to draw', () => {
  const matrix = new Tensor([3, 2], new Float32Array(6));
  expect(() => sceneOf({ hiddenStates: matrix, embeddings: new Tensor([2, 2], new Float32Array(4)) })).toThrow(
    'embeddings and the record differ in length',
  );
  expect(() => sceneOf({ hiddenStates: matrix, mask: [1, 1] })).toThrow('mask and the record differ in length');
  expect(() => sceneOf({ text: 'x' })).toThrow('nothing to draw');
  expect(() => sceneOf({ tokens: [] })).toThrow('no time step');
});

test('labels: as given, or as far as the record tells them', () => {
  const record = {
    tokens: ['a'],
    logits: new Tensor([3], Float32Array.of(0, 2, 1)),
    probabilities: new Tensor([3], Float32Array.of(0.1, 0.6, 0.3)),
    prediction: 'b',
  };
  expect(sceneOf(record).labels).toEqual([null, 'b', null]);
  expect(
    sceneOf({
      ...record,
      top: [
        { label: 'b', probability: 0.6 },
        { label: 'c', probability: 0.3 },
      ],
    }).labels,
  ).toEqual([null, 'b', 'c']);
  expect(sceneOf(record, { labels: ['x', 'y', 'z'] }).labels).toEqual(['x', 'y', 'z']);
  expect(() => sceneOf(record, { labels: ['x'] })).toThrow('the labels are not those of the logits');
});
