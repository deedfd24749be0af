/** Outputs as files. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOutput } from '../../src/io/output.js';

const folder = mkdtempSync(join(tmpdir(), 'rnn-pipe-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('what a killed process of the same number left does not stand in the way, and is not touched', async () => {
  // in a container each run may have the same number
  const left = join(folder, `.out.jsonl.${process.pid}.tmp`);
  writeFileSync(left, 'of another');
  const path = join(folder, 'out.jsonl');
  const output = openOutput(path, { force: false, inputs: [] });
  await output.write(Buffer.from('own\n'));
  expect(existsSync(path)).toBe(false);
  await output.publish();
  expect(readFileSync(path, 'utf8')).toBe('own\n');
  expect(readFileSync(left, 'utf8')).toBe('of another');
  expect(readdirSync(folder)).toHaveLength(2);
});
