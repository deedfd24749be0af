import { arrowWriter } from '../../../src/io/arrow/write.js';
import { readArrow } from '../../../src/io/arrow/read.js';
import { all, fromBytes, sink } from '../support.js';

async function written(format: 'file' | 'stream'): Promise<Buffer> {
  const { output, bytes } = sink();
  const writer = arrowWriter(output, format);
  await writer.write([{ id: 1, text: '今天' }]);
  await writer.write([{ id: 2, text: '明天' }]);
  await writer.publish();
  return bytes();
}

test.each(['file', 'stream'] as const)('a %s that is cut anywhere is an error, never fewer records', async (format) => {
  const whole = await written(format);
  for (let length = 0; length < whole.length; length += format === 'file' ? 1 : 3)
    await expect(all(readArrow(fromBytes(whole.subarray(0, length), 100)))).rejects.toMatchObject({
      code: 'data',
      place: { file: 'input' },
    });
});

test('the error says what to do', async () => {
  const whole = await written('stream');
  const reading = all(readArrow(fromBytes(whole.subarray(0, whole.length - 8))));
  await expect(reading).rejects.toMatchObject({ message: 'the Arrow data is cut', hint: 'write the file again' });
});

test('bytes that are no Arrow are refused', async () => {
  await expect(all(readArrow(fromBytes(Buffer.from('PAR1 and so on and on'))))).rejects.toMatchObject({
    code: 'data',
    message: 'the Arrow data cannot be read',
    found: 'no message begins where one should',
  });
});

test('damaged metadata is an error of the data, not of ours', async () => {
  const whole = await written('stream');
  whole.fill(0xee, 8, 60);
  await expect(all(readArrow(fromBytes(whole)))).rejects.toMatchObject({ code: 'data' });
});

test('lines of JSON are not for Arrow', async () => {
  await expect(arrowWriter(sink().output, 'file').writeLines(Buffer.from('{}\n'))).rejects.toMatchObject({ code: 'bug' });
});
