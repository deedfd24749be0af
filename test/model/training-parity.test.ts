/** Ten steps of training give PyTorch's losses, for every cell, direction and optimiser; fixtures/parity/make_training.py made the numbers. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Tensor } from '../../src/formats/tensor.js';
import { tableSizes } from '../../src/formats/features.js';
import type { ModelShape } from '../../src/formats/model.js';
import type { CellName } from '../../src/model/cells/index.js';
import { loadNetwork } from '../../src/model/layouts.js';
import { weightName } from '../../src/model/parameters.js';
import { dataSet } from '../../src/model/training/data.js';
import { OPTIMIZER_DEFAULTS, type OptimizerOptions } from '../../src/model/training/optimizer.js';
import { openTraining } from '../../src/model/training/trainer.js';
import { readWeights } from '../../src/model/weights.js';
import { describeEngines } from '../support/engines.js';

const file = readWeights(readFileSync(resolve(import.meta.dirname, '../../fixtures/parity/training.safetensors')));

/** as make_training.py has them */
const IDS = [[4, 5, 6, 7, 8], [9, 4, 4], [5, 6], [7, 9, 8, 5], [6], [8, 8, 7, 4, 9]];
const TARGETS = [0, 1, 2, 1, 0, 2];
const OPTIMIZERS: Record<string, Partial<OptimizerOptions> & { learningRate: number }> = {
  adam: { name: 'adam', learningRate: 0.05, weightDecay: 0.01 },
  adamw: { name: 'adamw', learningRate: 0.05, weightDecay: 0.1 },
  sgd: { name: 'sgd', learningRate: 0.5, momentum: 0.9 },
};

const cases = [...file.keys()].filter((name) => name.endsWith('/losses')).map((name) => name.slice(0, -'/losses'.length));

test('the fixture holds every cell, direction and optimiser', () => expect(cases).toHaveLength(3 * 2 * 3));

/** torch.nn.Linear's weight [outputs, inputs] as our kernel [inputs, outputs] */
function transposed({ shape: [rows, columns], data }: Tensor): Tensor {
  const made = new Float32Array(data.length);
  for (let i = 0; i < rows!; i++) for (let j = 0; j < columns!; j++) made[j * rows! + i] = data[i * columns! + j]!;
  return new Tensor([columns!, rows!], made);
}

describeEngines((_, engine) => {
  test.each(cases)('%s', async (name) => {
    const [cell = '', , optimizer = ''] = name.split('-');
    const own = new Map([...file].filter(([key]) => key.startsWith(`${name}/`)).map(([key, value]) => [key.slice(name.length + 1), value]));
    const recurrent = new Map([...own].filter(([key]) => /_l0/.test(key)));
    const { shape: network, weights } = loadNetwork(recurrent, 'pytorch', cell as CellName, true);
    const shape: ModelShape = {
      embedding: { dim: 5, rows: 10, ...tableSizes({}) },
      network: { ...network, directions: [...network.directions] },
      head: { task: 'classify', take: 'last', labels: ['a', 'b', 'c'] },
    };
    const parameters = new Map<string, Tensor>([
      ['embedding', own.get('embedding')!],
      ['head.kernel', transposed(own.get('head.weight')!)],
      ['head.bias', own.get('head.bias')!],
    ]);
    network.directions.forEach((direction, d) => {
      const { kernel, recurrentKernel, bias, recurrentBias } = weights[0]![d]!;
      const gates = bias.length;
      parameters.set(weightName(0, direction, 'kernel'), new Tensor([5, gates], kernel));
      parameters.set(weightName(0, direction, 'recurrentKernel'), new Tensor([4, gates], recurrentKernel));
      parameters.set(weightName(0, direction, 'bias'), new Tensor([gates], bias));
      parameters.set(weightName(0, direction, 'recurrentBias'), new Tensor([gates], recurrentBias));
    });
    const { learningRate, ...more } = OPTIMIZERS[optimizer]!;
    const train = dataSet(
      IDS.map((ids, i) => ({ ids, targets: [TARGETS[i]!] })),
      'sentence',
      1,
    );
    const training = await openTraining(
      shape,
      { train, valid: undefined },
      {
        engine,
        workers: 1,
        epochs: 10,
        batchSize: 6,
        parts: 2,
        optimizer: { ...OPTIMIZER_DEFAULTS, ...more },
        learningRate,
        schedule: 'constant',
        warmup: 0,
        clip: 0.5,
        metric: 'accuracy',
        seed: 1,
        dropout: { layers: 0, embedding: 0, recurrent: 0, token: 0 },
        loss: { labelSmoothing: 0 },
        frozen: [],
      },
      { parameters },
    );
    const losses: number[] = [];
    for await (const event of training.events()) if (event.kind === 'step') losses.push(event.loss);
    await training.close();
    expect(losses).toHaveLength(10);
    const expected = own.get('losses')!.data;
    for (const [step, loss] of losses.entries()) expect(Math.abs(loss - expected[step]!)).toBeLessThan(1e-4);
    // it has learnt something: a comparison of losses that do not move would show little
    expect(losses.at(-1)!).toBeLessThan(0.9 * losses[0]!);
  });
});
