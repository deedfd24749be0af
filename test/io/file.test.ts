import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readBytes } from '../../src/io/file.js';

test('a file is read whole, packed or not, whatever its size', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rnn-pipe-test-'));
  try {
    for (const size of [0, 1, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 3_000_001]) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 7919) >> 5);
      const [plain, packed] = [join(folder, 'plain'), join(folder, 'packed')];
      writeFileSync(plain, bytes);
      writeFileSync(packed, gzipSync(bytes));
      for (const file of [plain, packed]) expect(Buffer.compare(await readBytes(file), bytes)).toBe(0);
    }
    await expect(readBytes(join(folder, 'none'))).rejects.toMatchObject({ code: 'no-input' });
    await expect(readBytes(folder)).rejects.toMatchObject({ code: 'no-input' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
