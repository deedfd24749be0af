/** Only where RNN_PIPE_PYTHON names a Python with pyarrow (test/requirements.txt): what we write is what it reads, and the other way round. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toJson } from '../../../src/formats/record.js';
import { Tensor } from '../../../src/formats/tensor.js';
import { readRecords } from '../../../src/io/read.js';
import { inputFile } from '../../../src/io/source.js';
import { openWriter } from '../../../src/io/write.js';
import { all } from '../support.js';

const python = process.env.RNN_PIPE_PYTHON;
const where = python ? test : test.skip;
const folder = mkdtempSync(join(tmpdir(), 'arrow-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (program: string, path: string): string => execFileSync(python!, ['-c', program, path], { encoding: 'utf8' }).trim();

where('pyarrow reads shapes and values', async () => {
  const path = join(folder, 'ours.arrow');
  const writer = openWriter(path, 'arrow', { force: true, inputs: [] });
  await writer.write([
    { id: 1, text: '今天', tokens: ['今', '天'], span: [0, 2], embeddings: new Tensor([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)) },
  ]);
  await writer.write([{ id: 2, embeddings: new Tensor([1, 3], Float32Array.of(7, 8, 9)), output: new Tensor([1], Float32Array.of(1)) }]);
  await writer.publish();
  const program = `
import sys, json, pyarrow as pa
table = pa.ipc.open_file(sys.argv[1]).read_all()
table.validate(full=True)
print(json.dumps([[str(field.type) for field in table.schema], table.to_pylist()], ensure_ascii=False))`;
  expect(JSON.parse(run(program, path))).toEqual([
    ['int64', 'string', 'list<item: string>', 'fixed_size_list<item: int32>[2]', 'list<item: fixed_size_list<item: float>[3]>', 'string'],
    [
      {
        id: 1,
        text: '今天',
        tokens: ['今', '天'],
        span: [0, 2],
        embeddings: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        otherFields: null,
      },
      { id: 2, text: null, tokens: null, span: null, embeddings: [[7, 8, 9]], otherFields: '{"output":[1]}' },
    ],
  ]);
});

where.each(['new_file', 'new_stream'])('what pyarrow writes with %s is read', async (maker) => {
  const path = join(folder, 'theirs.arrow');
  const program = `
import sys, pyarrow as pa
table = pa.table({
  'text': pa.array(['今天', None], pa.large_string()), 'label': pa.array(['a', 'b']).dictionary_encode(), 'ok': [True, None],
  'score': pa.array([1, 2], pa.int64()), 'embeddings': [[[1.5, 2.0]], []], 'more': [{'a': [1, None]}, None],
})
with pa.ipc.${maker}(sys.argv[1], table.schema) as writer: writer.write(table)`;
  run(program, path);
  const batches = await all(readRecords([inputFile(path)], { records: true }));
  expect(batches.flat().map(toJson)).toEqual([
    '{"text":"今天","label":"a","ok":true,"score":1,"embeddings":[[1.5,2]],"more":{"a":[1,null]}}',
    '{"label":"b","score":2,"embeddings":[]}',
  ]);
});

where('dates and the like are refused by name', async () => {
  const path = join(folder, 'dates.arrow');
  run(
    "import sys, datetime, pyarrow as pa\nt = pa.table({'day': [datetime.date(2024, 1, 1)]})\nwith pa.ipc.new_file(sys.argv[1], t.schema) as w: w.write(t)",
    path,
  );
  await expect(all(readRecords([inputFile(path)], { records: true }))).rejects.toMatchObject({
    code: 'data',
    message: 'the column "day" has a type that no record has',
  });
});
