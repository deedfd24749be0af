/** States equal to PyTorch's and Keras's at every real time step; fixtures/parity/make_*.py made the numbers. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Tensor } from '../../src/formats/tensor.js';
import type { CellName } from '../../src/model/cells/index.js';
import { loadNetwork, type Layout } from '../../src/model/layouts.js';
import { openNetwork } from '../../src/model/network.js';
import { readWeights } from '../../src/model/weights.js';
import { describeEngines } from '../support/engines.js';

const read = (name: string): Map<string, Tensor> =>
  readWeights(readFileSync(resolve(import.meta.dirname, `../../fixtures/parity/${name}`)));
const files = { pytorch: read('pytorch.safetensors'), keras: read('keras.safetensors') };

interface Case {
  name: string;
  layout: Layout;
  cell: CellName;
  resetAfter: boolean;
  masks: number[][];
}

const rows = (tensor: Tensor): number[][] => Array.from({ length: tensor.shape[0]! }, (_, row) => Array.from(tensor.row(row)));

const cases: Case[] = (['pytorch', 'keras'] as const).flatMap((layout) =>
  [...files[layout].keys()]
    .filter((name) => name.endsWith('/states'))
    .map((name): Case => {
      const [cell = '', , , side = ''] = name.slice(0, -'/states'.length).split('-');
      const lengths = Array.from(files.pytorch.get('lengths')!.data);
      const right = lengths.map((length) => Array.from({ length: 6 }, (_, t) => (t < length ? 1 : 0)));
      const masks = layout === 'keras' ? rows(files.keras.get(`mask-${side}`)!) : right;
      return {
        name: name.slice(0, -'/states'.length),
        layout,
        cell: cell.replace('before', '') as CellName,
        resetAfter: cell !== 'grubefore',
        masks,
      };
    }),
);

test('the fixtures hold every cell, depth, direction and padding', () => {
  expect(cases.filter(({ layout }) => layout === 'pytorch')).toHaveLength(3 * 2 * 2);
  expect(cases.filter(({ layout }) => layout === 'keras')).toHaveLength(4 * 2 * 2 * 2);
});

describeEngines((open) => {
  describe.each([false, true])('with trace: %s', (trace) => {
    test.each(cases)('$layout $name', async ({ name, layout, cell, resetAfter, masks }) => {
      const all = files[layout];
      const own = new Map(
        [...all]
          .filter(([key]) => key.startsWith(`${name}/`) && !/\/(states|last)$/.test(key))
          .map(([key, value]) => [key.replace(`${name}/`, ''), value]),
      );
      const { shape, weights } = loadNetwork(own, layout, cell, resetAfter);
      const network = await openNetwork(await open(), shape, weights, trace);
      const inputs = all.get('inputs')!;
      const [, timeSteps, size] = inputs.shape as [number, number, number];
      const sequences = masks.map((mask, i) => ({
        mask,
        inputs: new Tensor([timeSteps, size], inputs.data.subarray(i * timeSteps * size, (i + 1) * timeSteps * size)),
      }));
      const states = await network.run(sequences);
      const expected = all.get(`${name}/states`)!;
      const width = expected.shape[2]!;
      let largest = 0;
      for (const [i, mask] of masks.entries())
        for (const [t, real] of mask.entries())
          for (let unit = 0; unit < width; unit++) {
            const found = states[i]!.hiddenStates.data[t * width + unit]!;
            // masked time steps are not computed: zeros
            const wanted = real ? expected.data[(i * timeSteps + t) * width + unit]! : 0;
            largest = Math.max(largest, Math.abs(found - wanted));
          }
      expect(largest).toBeLessThan(1e-5);
      if (trace) expect(states[0]!.trace).toHaveLength(shape.layers * shape.directions.length);
      await network.close();
    });
  });
});
