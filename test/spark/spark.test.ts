/**
 * Only where RNN_PIPE_SPARK_PYTHON names a Python with PySpark (examples/spark/requirements.txt), and where Java 17 is: the program of
 * examples/spark on two executors, of which one is killed on the way, gives what `batch` gives, byte for byte after sorting.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { useFolder } from '../cli/support.js';

const root = resolve(import.meta.dirname, '../..');
const python = process.env.RNN_PIPE_SPARK_PYTHON;
const where = python ? test : test.skip;
const folder = useFolder();

/** Lines in the order of their ids. */
const sorted = (text: string): string[] => {
  const idOf = (line: string): string => /"id":"?([^",]*)/.exec(line)![1]!;
  return text
    .trim()
    .split('\n')
    .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
};

const partsOf = (path: string): string =>
  readdirSync(path)
    .filter((name) => /^part-\d+(\.jsonl)?$/.test(name))
    .map((name) => readFileSync(join(path, name), 'utf8'))
    .join('');

const answersOf = (text: string): { id: string; prediction: string; probabilities: number[] }[] =>
  sorted(text).map((line) => JSON.parse(line) as { id: string; prediction: string; probabilities: number[] });

where(
  'two executors, one lost: the results of batch',
  () => {
    const { file, shell } = folder();
    writeFileSync(file('news.txt'), readFileSync(file('examples/news.txt'), 'utf8').repeat(300));
    expect(shell('rnn-pipe sentences news.txt -o sentences.jsonl -q').code).toBe(0);
    expect(shell('rnn-pipe train examples/headlines.tsv --out model --units 8 --epochs 5 --hold-out 0% --min-count 1 -q').code).toBe(0);
    const command = `${process.execPath} ${join(root, 'bin/rnn-pipe.js')}`;
    const said = execFileSync(
      python!,
      [join(root, 'test/spark/lose_an_executor.py'), file('sentences.jsonl'), file('results'), command, file('model')],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, PYSPARK_PYTHON: python },
      },
    );
    const { lost, left, rows } = JSON.parse(said.trim().split('\n').at(-1)!) as {
      lost: number[];
      left: number[];
      rows: Record<string, number>;
    };
    // one was killed while it worked, and Spark has put another in its place
    expect(lost.length).toBe(1);
    expect(left.length).toBe(2);
    expect(left).not.toContain(lost[0]);
    expect(rows).toEqual({ ids: 3000, answers: 3000 });
    const batch = 'rnn-pipe batch sentences.jsonl --shard-size 100KB -q';
    expect(shell(`${batch} --from tokenize --to tokenize --out tokens && ${batch} --from tokenize --to vocab --out counts`).code).toBe(0);
    expect(sorted(partsOf(file('results/tokens')))).toEqual(sorted(partsOf(file('tokens'))));
    const vocabulary = readFileSync(file('counts/vocabulary.json'), 'utf8');
    expect(readFileSync(file('results/vocabulary.json'), 'utf8')).toBe(vocabulary);
    expect(shell(`${batch} --from tokenize --to encode --vocab counts/vocabulary.json --out ids`).code).toBe(0);
    expect(sorted(shell('rnn-pipe convert results/ids.arrow -q').stdout)).toEqual(sorted(partsOf(file('ids'))));
    expect(shell(`${batch} --from predict --to predict --model model --out answers`).code).toBe(0);
    const [spark, ours] = [shell('rnn-pipe convert results/answers.arrow -q').stdout, partsOf(file('answers'))].map(answersOf);
    expect(spark).toHaveLength(3000);
    for (const [i, { id, prediction, probabilities }] of ours!.entries()) {
      expect(spark![i]).toMatchObject({ id, prediction });
      // which sentences run together decides the last bits of a sum
      probabilities.forEach((probability, k) => expect(spark![i]!.probabilities[k]).toBeCloseTo(probability, 5));
    }
  },
  600_000,
);
