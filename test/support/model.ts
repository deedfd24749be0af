/** A small trained model for the tests of what models are used for: made once a file, by the built command. */
import { cpSync, writeFileSync } from 'node:fs';
import { freshFolder, type Folder } from './cli.js';

/** Texts whose label is told by one word: what an LSTM learns in a moment. */
function labelledTexts(count: number): string {
  const [good, bad, filler] = [
    ['好看', '喜欢', '精彩'],
    ['难看', '讨厌', '无聊'],
    ['这部', '电影', '真的', '非常', '我们', '都', '觉得', '很'],
  ];
  const lines = Array.from({ length: count }, (_, i) => {
    const [j, told] = [i >> 1, i % 2 ? good : bad];
    const words = [filler[j % 8], filler[(j * 3) % 8], told[i % 3], filler[(j * 5) % 8]];
    return `${i % 2 ? 'good' : 'bad'}\t${words.join('')}`;
  });
  return `label\ttext\n${lines.join('\n')}\n`;
}

/** What every training here has; more options go behind. */
const TRAIN = 'train train.tsv --out model --dim 8 --epochs 6 --batch-size 16 --learning-rate 0.02 --min-count 1 --hold-out 0%';

/** A fresh folder for each test, with `train.tsv` and the folder `model` of one training. */
export function useModel(options: string): () => Folder {
  let origin: Folder;
  let folder: Folder;
  beforeAll(() => {
    origin = freshFolder();
    writeFileSync(origin.file('train.tsv'), labelledTexts(200));
    const { code, stderr } = origin.run([...TRAIN.split(' '), ...options.split(' ')]);
    if (code !== 0) throw new Error(stderr);
  });
  beforeEach(() => {
    folder = freshFolder();
    for (const name of ['train.tsv', 'model']) cpSync(origin.file(name), folder.file(name), { recursive: true });
  });
  afterEach(() => folder.remove());
  afterAll(() => origin.remove());
  return () => folder;
}
