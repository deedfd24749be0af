/**
 * Only where RNN_PIPE_PYTHON names a Python with pandas, Polars and DuckDB (test/requirements.txt): they open what rnn-pipe writes as it is,
 * files and streams through pipes, and find in it what the records say.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { useFolder } from '../../cli/support.js';

const python = process.env.RNN_PIPE_PYTHON;
const where = python ? test : test.skip;
const folder = useFolder();

/** What a program prints as JSON. */
function asked(program: string, ...args: string[]): unknown {
  return JSON.parse(execFileSync(python!, ['-c', program, ...args], { encoding: 'utf8', cwd: folder().path }));
}

interface Row {
  id: string;
  text: string;
  ids: number[];
  output: number[];
}

/** The records of a small batch with numbers, and its Arrow files. */
function batch(): { rows: Row[]; files: string[] } {
  const { shell, file } = folder();
  const steps = '--vocab examples/vocabulary.json --length 6 --dim 4 --units 3 --shard-size 300 --to output -q';
  for (const format of ['jsonl', 'arrow']) {
    const { code, stderr } = shell(`rnn-pipe batch examples/news.txt ${steps} --format ${format} --out ${format}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }
  const parts = (name: string): string[] =>
    readdirSync(file(name))
      .filter((part) => part.startsWith('part-'))
      .map((part) => `${name}/${part}`);
  const lines = parts('jsonl').flatMap((part) => readFileSync(file(part), 'utf8').trim().split('\n'));
  return { rows: lines.map((line) => JSON.parse(line) as Row), files: parts('arrow') };
}

const picked = (rows: readonly Row[]): unknown => rows.map(({ id, text, ids, output }) => [id, text, ids, output.map((x) => x.toFixed(4))]);

where('pandas opens the files of a batch', () => {
  const { rows, files } = batch();
  expect(files.length).toBeGreaterThan(1);
  const program = `
import sys, json, pandas as pd
table = pd.concat([pd.read_feather(name) for name in sys.argv[1:]])
print(json.dumps([[r.id, r.text, list(map(int, r.ids)), ['%.4f' % x for x in r.output]] for r in table.itertuples()]))`;
  expect(asked(program, ...files)).toEqual(picked(rows));
});

where('Polars opens them', () => {
  const { rows, files } = batch();
  const program = `
import sys, json, polars as pl
table = pl.concat([pl.read_ipc(name, memory_map=False) for name in sys.argv[1:]])
print(json.dumps([[r['id'], r['text'], r['ids'], ['%.4f' % x for x in r['output']]] for r in table.iter_rows(named=True)]))`;
  expect(asked(program, ...files)).toEqual(picked(rows));
});

where('DuckDB asks them, and the JSON lines', () => {
  const { rows, files } = batch();
  const arrow = `
import sys, json, duckdb, pyarrow as pa
duckdb.execute('set enable_progress_bar = false')
results = pa.concat_tables([pa.ipc.open_file(name).read_all() for name in sys.argv[1:]])
print(json.dumps(duckdb.sql("select id, text, ids, list_transform(output, x -> printf('%.4f', x)) from results").fetchall()))`;
  expect(asked(arrow, ...files)).toEqual(picked(rows));
  const lines = `
import json, duckdb
duckdb.execute('set enable_progress_bar = false')
print(json.dumps(duckdb.sql("select count(*), sum(len(ids)) from read_json('jsonl/part-*.jsonl')").fetchall()))`;
  expect(asked(lines)).toEqual([[rows.length, rows.reduce((sum, { ids }) => sum + ids.length, 0)]]);
});

where('a stream of Arrow through pipes, from the first step to Python, in batches as they come', () => {
  const { shell } = folder();
  const wrapped = `"${python}" -c "
import sys, json, pyarrow as pa
batches = list(pa.ipc.open_stream(sys.stdin.buffer))
table = pa.Table.from_batches(batches)
table.validate(full=True)
print(json.dumps([len(batches) > 1, table.num_rows, table.slice(0, 3).column('tokens').to_pylist()]))"`;
  const text = shell(
    'for i in $(seq 1000); do cat examples/news.txt; done > large.txt; rnn-pipe tokenize large.txt --backend jieba-rs -q | head -3',
  ).stdout;
  const { stdout, stderr } = shell(
    `rnn-pipe tokenize large.txt --backend jieba-rs --format arrow -q | rnn-pipe encode --vocab examples/vocabulary.json --format arrow -q | ${wrapped}`,
  );
  expect(stderr).toBe('');
  const tokens = text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { tokens: string[] }).tokens);
  // four of the five lines of the text have something in them
  expect(JSON.parse(stdout)).toEqual([true, 4000, tokens]);
});
