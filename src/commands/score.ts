/** `score`: predictions beside what they should have been, as BLEU, chrF and the share of exact matches. */
import { PipeError } from '../errors.js';
import { LINE, need } from '../formats/record.js';
import { inputs, recordsOf, stop } from '../io/read.js';
import { inputFile } from '../io/source.js';
import type { BleuTokens } from '../model/texts/bleu.js';
import { textScores } from '../model/texts/scores.js';
import type { CommandDefinition } from './command.js';
import { COMPARING } from './evaluate-texts.js';
import { readOptions } from './step-command.js';

export const scoreCommand: CommandDefinition = {
  description: `Compares the "prediction" of each record with its "label", and tells BLEU and chrF2 to the digit as sacrebleu counts them.`,
  argument: { name: '<predictions...>', about: 'records of seq2seq, with the labels that they came with' },
  options: COMPARING,
  examples: [
    'rnn-pipe train examples/pairs.tsv --task seq2seq --units 8 --dim 8 --epochs 2 --min-count 1 --hold-out 0% --out translator && rnn-pipe seq2seq examples/pairs.tsv --model translator -o said.jsonl && rnn-pipe score said.jsonl',
  ],
  run: async ({ inputs: files, options, report }) => {
    const [said, references]: [string[], string[]] = [[], []];
    const read = readOptions(options, false);
    for await (const input of inputs(files.map(inputFile), read, report.note))
      for await (const batch of recordsOf(input, read, stop))
        for (const record of batch) {
          said.push(need(record, 'prediction'));
          const { label } = record;
          if (typeof label !== 'string' && typeof label !== 'number')
            throw new PipeError('data', 'the record has no label to compare with', {
              place: { file: input.source.name, line: record[LINE]! },
              hint: 'rnn-pipe seq2seq keeps the label of its input: --label-key names it',
            });
          references.push(String(label));
        }
    if (said.length === 0)
      throw new PipeError('data', 'there are no predictions', { place: { file: files[0] ?? 'stdin' }, hint: 'is the file empty?' });
    const how = { tokens: options['tokens'] as BleuTokens, lowerCase: options['lowerCase'] === true };
    const scores = textScores(said, references, how);
    report.say(`BLEU ${scores.bleu.toFixed(2)}, chrF ${scores.chrf.toFixed(2)}, exact ${scores.exact.toFixed(4)}; ${said.length} texts`);
  },
};
