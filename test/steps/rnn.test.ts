import { Tensor } from '../../src/formats/tensor.js';
import type { Network, States } from '../../src/model/network.js';
import { rnn } from '../../src/steps/rnn.js';
import { runStep } from './run.js';

/** A network that says of each sentence what the test wants. */
const network = (states: States[]): Network => ({
  shape: { cell: 'lstm', inputSize: 2, units: 2, layers: 1, directions: ['forward'], resetAfter: true },
  threads: 1,
  run: (sentences) => Promise.resolve(states.splice(0, sentences.length)),
  runTogether: () => Promise.reject(new Error('these come one by one')),
  close: () => Promise.resolve(),
});
const step = (states: States[], keepEmbeddings = false) =>
  rnn({ open: () => Promise.resolve(network(states)), keepEmbeddings, batchSize: 2, traced: false });

const matrix = (...numbers: number[]): Tensor => new Tensor([numbers.length / 2, 2], Float32Array.from(numbers));
const embeddings = matrix(1, 2, 3, 4);
const finite: States = { hiddenStates: matrix(0, 0.5, 0.25, 0), finite: true };

test('hidden states that are not finite are refused, with time step and unit', async () => {
  const records = [
    { id: 1, embeddings },
    { id: 2, embeddings },
    { id: 3, embeddings },
  ];
  const { out, rejected } = await runStep(step([finite, { hiddenStates: matrix(0, 0, 0, NaN), finite: false }, finite]), records);
  expect(out.map(({ id }) => id)).toEqual([1, 3]);
  expect(rejected.map(({ message, found }) => [message, found])).toEqual([
    ['hiddenStates hold a number that is not finite', 'NaN at time step 2, unit 1'],
  ]);
});

test('finite numbers whose sum is not are no error', async () => {
  const { out } = await runStep(step([{ hiddenStates: matrix(3e38, 3e38), finite: false }]), [{ embeddings: matrix(1, 2) }]);
  expect(out).toHaveLength(1);
});

test.each([false, true])('word vectors are kept if asked for (%s)', async (keep) => {
  const { out } = await runStep(step([finite], keep), [{ id: 1, embeddings, label: 'x' }]);
  expect(out[0]!.embeddings).toBe(keep ? embeddings : undefined);
  expect(out[0]).toMatchObject({ id: 1, label: 'x', hiddenStates: finite.hiddenStates, network: { cell: 'lstm', units: 2 } });
});

test.each(['a record is refused', 'nobody reads on'])('the network is closed when nothing runs on it any more: %s', async (why) => {
  let running = 0;
  let closedWhile: number | undefined;
  const slow: Network = {
    ...network([]),
    threads: 2,
    run: async (sentences) => {
      running++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return sentences.map(() => finite);
    },
    close: () => Promise.resolve(void (closedWhile = running)),
  };
  const refuses = why === 'a record is refused';
  // eslint-disable-next-line @typescript-eslint/require-await
  async function* batches() {
    for (let id = 0; id < 40; id++) yield [{ id, embeddings, ...(refuses && id === 7 && { mask: [1] }) }];
  }
  const reject = (_: unknown, error: unknown): void => {
    throw error;
  };
  const open = (): Promise<Network> => Promise.resolve(slow);
  const reading = (async () => {
    const done = rnn({ open, keepEmbeddings: false, batchSize: 1, traced: false })(batches(), { count: () => {}, reject });
    for await (const batch of done) if (!refuses && batch[0]!.id !== 0) break;
  })();
  await (refuses ? expect(reading).rejects.toMatchObject({ code: 'data' }) : reading);
  expect(closedWhile).toBe(0);
});
