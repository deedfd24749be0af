/** `check padding`: shows on the user's own data that padding cannot change a state. */
import { PipeError } from '../errors.js';
import { need } from '../formats/record.js';
import { Tensor } from '../formats/tensor.js';
import { readRecords } from '../io/read.js';
import { inputFile } from '../io/source.js';
import { checkPadding } from '../model/padding-check.js';
import type { CommandDefinition, Invocation } from './command.js';
import { wholeNumber } from './options.js';
import { openNetworkOf, rnnCommand } from './rnn.js';
import { table } from './table.js';

/** How much a state may differ: sums of 32-bit floats come out in another order for another batch. */
const TOLERANCE = 1e-6;

export const checkCommand: CommandDefinition = {
  description: `Runs the network over each sentence of embedded records alone, padded after its tokens, and padded before them, and tells the largest
difference of any hidden state at any real time step. The padding that is put in is noise, so that a network that reads it is found out.`,
  argument: { name: '<what> [input...]', about: 'what to check: padding\nfiles of records with embeddings; - is stdin (default)' },
  options: [
    { flags: '--limit <n>', about: 'how many sentences are tried, the first ones', default: 200, parse: wholeNumber('--limit', 1) },
    ...rnnCommand.options.filter(({ flags }) => !/--(trace|sums|keep-embeddings|batch-size)/.test(flags)),
  ],
  examples: ['rnn-pipe check padding examples/embeddings.jsonl --cell gru --units 8 --bidirectional'],
  run: async ({ inputs: [what, ...inputs], options, given, report }: Invocation) => {
    if (what !== 'padding')
      throw new PipeError('usage', `there is no check "${what}"`, { expected: 'padding', hint: 'rnn-pipe check padding embeddings.jsonl' });
    rnnCommand.stage.check?.(options, given);
    const sentences = await realSteps(inputs.length > 0 ? inputs : ['-'], Number(options['limit']));
    if (sentences.length === 0)
      throw new PipeError('data', 'there is no sentence to try', { hint: 'give records with embeddings: rnn-pipe embed' });
    const network = await openNetworkOf(options, sentences[0]!.shape[1]!);
    const { post, pre, padded } = await checkPadding(network, sentences);
    await network.close();
    await report.data(
      `${sentences.length} sentences, ${padded} time steps of padding put in\n${table(
        ['compared with no padding', 'largest difference of a state'],
        [
          ['padding after the tokens', shown(post)],
          ['padding before the tokens', shown(pre)],
        ],
      )}`,
    );
    if (Math.max(post, pre) > TOLERANCE)
      throw new PipeError('bug', 'padding changed a state', { expected: `at most ${TOLERANCE}`, found: shown(Math.max(post, pre)) });
  },
};

const shown = (difference: number): string => (difference === 0 ? '0 (bit for bit)' : difference.toExponential(1));

/** The word vectors of the real time steps of the first sentences. */
async function realSteps(files: readonly string[], limit: number): Promise<Tensor[]> {
  const sentences: Tensor[] = [];
  for await (const batch of readRecords(files.map(inputFile), { records: true }))
    for (const record of batch) {
      const embeddings = need(record, 'embeddings');
      const rows = Array.from({ length: embeddings.shape[0]! }, (_, t) => t).filter(
        (t) => record.mask === undefined || record.mask[t] === 1,
      );
      const data = new Float32Array(rows.length * embeddings.shape[1]!);
      for (const [row, t] of rows.entries()) data.set(embeddings.row(t), row * embeddings.shape[1]!);
      if (rows.length > 0) sentences.push(new Tensor([rows.length, embeddings.shape[1]!], data));
      if (sentences.length === limit) return sentences;
    }
  return sentences;
}
