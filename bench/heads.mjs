// Tagging with a CRF and sequence to sequence beside PyTorch: the same sizes, the same lines, in turn. The peer's time of decoding is that of
// the decoding alone, in a process that has started and loaded all. Of ours both are told: the whole command, its start and its files counted;
// and without its start, which is the time that the same command takes for a few lines.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documented } from '../build/commands/segmenter-document.js';
import { saveModel } from '../build/commands/model-folder.js';
import { taskOf } from '../build/commands/tasks/index.js';
import { encodeTexts, readTexts } from '../build/commands/training-data.js';
import { mapFeatures, tableSizes } from '../build/formats/features.js';
import { drawParameters } from '../build/model/parameters.js';
import { OPTIMIZER_DEFAULTS } from '../build/model/training/optimizer.js';
import { openTraining } from '../build/model/training/trainer.js';
import { addTokens, newCounts } from '../build/text/counts.js';
import { openSegmenter } from '../build/text/segmenters/index.js';
import { SPECIALS } from '../build/text/specials.js';
import { vocabularyOf } from '../build/text/vocabulary.js';
import { least, median, once, table } from './measure.mjs';

const THREADS = 2;

/** What `train` makes of files before it learns: all texts, what they are to be, and the model's shape. */
async function prepared({ task: name, file, segmenter: segmenting, ngrams, dim, ngramDim, units, options }) {
  const task = taskOf(name);
  const segmenter = await openSegmenter({ name: segmenting });
  const read = { records: false, pairs: task.answers !== undefined };
  const texts = await readTexts(
    task,
    [file],
    read,
    async () => segmenter,
    options,
    () => {},
  );
  const counts = newCounts({ ngrams });
  for (const { tokens } of texts) addTokens(counts, { tokens: [...tokens], segmenter: segmenter.fingerprint });
  const vocabulary = vocabularyOf(counts, { minCount: 2 });
  const answers = await task.answers?.(texts, options);
  const head = task.define(texts, options, () => {}, answers);
  const shape = {
    embedding: {
      dim,
      rows: vocabulary.tokens.length,
      ...tableSizes(mapFeatures(vocabulary.features, ({ names }) => ({ dim: ngramDim, rows: names.length + SPECIALS.length }))),
    },
    network: { cell: 'lstm', inputSize: dim + ngramDim, units, layers: 1, directions: ['forward', 'backward'], resetAfter: true },
    head,
  };
  return { task, texts, vocabulary, answers, shape, segmenter: documented({ name: segmenting }, segmenter) };
}

/** Learns from some of the texts; sentences a second after three steps, and the parameters. */
async function learnt({ task, vocabulary, answers, shape }, texts, { epochs, batchSize, clip, dropout, labelSmoothing }) {
  const { data } = encodeTexts(texts, vocabulary, 800, task, shape.head, answers);
  const training = await openTraining(
    shape,
    { train: data, valid: undefined },
    {
      workers: THREADS,
      parts: THREADS,
      epochs,
      batchSize,
      optimizer: OPTIMIZER_DEFAULTS,
      learningRate: 0.002,
      schedule: 'linear',
      warmup: 0,
      clip,
      metric: 'loss',
      seed: 1,
      dropout: { layers: dropout, embedding: dropout, recurrent: 0, token: 0 },
      loss: { labelSmoothing },
      frozen: [],
    },
    { parameters: drawParameters(shape, 1) },
  );
  let [steps, begin, end, done] = [0, 0, 0, 0];
  for await (const event of training.events()) {
    if (event.kind !== 'step') continue;
    if (++steps === 3) begin = performance.now();
    else if (steps > 3) [end, done] = [performance.now(), done + event.sentences];
  }
  const { parameters } = training.state();
  await training.close();
  return { perSecond: (1000 * done) / (end - begin), parameters };
}

const save = (folder, { vocabulary, answers, shape, segmenter }, parameters) =>
  saveModel(folder, {
    document: { rnnPipe: 'bench', segmenter, maxLength: 800, ...shape, training: {} },
    vocabulary,
    answerVocabulary: answers?.vocabulary,
    parameters,
    log: '',
  });

const FEW = 8;

/** Lines a second of a command: the whole of it, and what is left without the time that it takes for a few of them. */
async function decoded(lines, folder, commandOf) {
  const [all, few] = [written(join(folder, 'all.txt'), lines), written(join(folder, 'few.txt'), lines.slice(0, FEW))];
  const [start, whole] = [await once(commandOf(few)), await once(commandOf(all))].map(({ seconds }) => seconds);
  return { whole: lines.length / whole, alone: (lines.length - FEW) / (whole - start) };
}

const everyNth = (lines, count) => lines.filter((_, i) => i % Math.floor(lines.length / count) === 0).slice(0, count);
const linesOf = (path) => readFileSync(path, 'utf8').split('\n').filter(Boolean);
const written = (path, lines) => (writeFileSync(path, `${lines.join('\n')}\n`), path);
const numbersOf = (text) => text.trim().split(/\s+/).map(Number);

function rowOf(name, own, peer, aim) {
  const ratios = own.map((speed, i) => speed / peer[i]);
  const show = (values) => `${median(values).toFixed(0)} / ${Math.max(...values).toFixed(0)}`;
  return [name, show(own), show(peer), `${least(ratios).toFixed(2)} / ${median(ratios).toFixed(2)}`, String(aim)];
}

const HEAD = ['what', 'rnn-pipe, a second (median / best)', 'PyTorch', 'times PyTorch (min / median)', 'aim'];

/** `cws_sxu`: 1,200 sentences learnt, all 17,115 cut. */
export async function tag({ root, data, runs, folder, own, python }) {
  const all = join(data, 'cws_sxu/train.seg.txt');
  const lines = linesOf(all);
  const train = written(join(folder, 'learnt.txt'), everyNth(lines, 1200));
  const raw = lines.map((line) => line.replaceAll(' ', ''));
  const model = await prepared({
    task: 'segment',
    file: all,
    segmenter: 'codepoints',
    ngrams: 2,
    dim: 128,
    ngramDim: 64,
    units: 128,
    options: {},
  });
  const [texts, out] = [await readTexts(model.task, [train], {}, undefined, {}, () => {}), join(folder, 'segment')];
  const [speeds, peers] = [
    { training: [], whole: [], alone: [], rounded: [], roundedAlone: [] },
    { training: [], decoding: [] },
  ];
  for (let run = 0; run < runs; run++) {
    const { perSecond, parameters } = await learnt(model, texts, { epochs: 1, batchSize: 32, clip: 5, dropout: 0.4, labelSmoothing: 0 });
    await save(out, model, parameters);
    const cutting =
      (...more) =>
      (file) =>
        own('tokenize', file, '--segmenter', `model:${out}`, '--force', '-o', join(folder, 'cut.jsonl'), ...more);
    const rounded = await decoded(raw, folder, cutting('--quantize', 'int8'));
    const { whole, alone } = await decoded(raw, folder, cutting());
    const args = [all, train, all, 1, THREADS].map(String);
    const peer = numbersOf(execFileSync(python, [join(root, 'bench/tag.py'), ...args], { encoding: 'utf8' }));
    const told = { training: perSecond, whole, alone, rounded: rounded.whole, roundedAlone: rounded.alone };
    for (const [name, speed] of Object.entries(told)) speeds[name].push(speed);
    peers.training.push(peer[0]);
    peers.decoding.push(peer[1]);
  }
  return table(HEAD, [
    rowOf('cws_sxu, training with a CRF, sentences', speeds.training, peers.training, 1.5),
    rowOf('cws_sxu, cutting: tokenize --segmenter model:DIR, sentences', speeds.whole, peers.decoding, 3),
    rowOf('the same without its start', speeds.alone, peers.decoding, 3),
    rowOf('cutting with --quantize int8', speeds.rounded, peers.decoding, 3),
    rowOf('the same without its start', speeds.roundedAlone, peers.decoding, 3),
  ]);
}

/** So often all pairs are learnt before any is translated: a model that has learnt a moment says what is half as long as a sentence. */
const WELL = 4;

/** `tatoeba_cmn`, Chinese to English: how fast 2,000 pairs are learnt, and 8,000 translated by models that have learnt all of them. */
export async function seq2seq({ root, data, runs, folder, own, python }) {
  const [head, ...rows] = linesOf(join(data, 'tatoeba_cmn/train.tsv')).map((line) => line.split('\t'));
  const pairs = rows.map((row) => `${row[head.indexOf('zh')]}\t${row[head.indexOf('en')]}`);
  const all = written(join(folder, 'pairs.tsv'), pairs);
  const train = written(join(folder, 'learnt.tsv'), everyNth(pairs, 2000));
  const few = written(join(folder, 'few.tsv'), pairs.slice(0, FEW));
  const said = everyNth(pairs.slice(4), 8000);
  const both = written(join(folder, 'said.tsv'), said);
  const sources = said.map((line) => line.split('\t')[0]);
  const options = {
    attention: 'multiplicative',
    targetSegmenter: 'characters',
    targetLowerCase: true,
    targetMinCount: 2,
    targetDim: 128,
    targetMaxLength: 60,
    decoderUnits: 256,
    decoderLayers: 1,
    cell: 'lstm',
    units: 128,
    bidirectional: true,
  };
  const model = await prepared({
    task: 'seq2seq',
    file: all,
    segmenter: 'codepoints',
    ngrams: 1,
    dim: 128,
    ngramDim: 0,
    units: 128,
    options,
  });
  const segmenter = await openSegmenter({ name: 'codepoints' });
  const texts = await readTexts(
    model.task,
    [train],
    { records: false, pairs: true },
    async () => segmenter,
    options,
    () => {},
  );
  const out = join(folder, 'translator');
  const learning = { batchSize: 64, clip: 1, dropout: 0.3, labelSmoothing: 0.1 };
  const peer = (...args) =>
    numbersOf(execFileSync(python, [join(root, 'bench/seq2seq.py'), all, ...args.map(String)], { encoding: 'utf8' }));
  const [theirs, settings] = [join(folder, 'translator.pt'), [5, THREADS, 'word']];
  await save(out, model, (await learnt(model, model.texts, { epochs: WELL, ...learning })).parameters);
  peer(all, few, WELL, ...settings, theirs);
  const [speeds, peers] = [
    { training: [], whole: [], alone: [], rounded: [], roundedAlone: [] },
    { training: [], decoding: [] },
  ];
  let lengths = [];
  for (let run = 0; run < runs; run++) {
    const { perSecond } = await learnt(model, texts, { epochs: 3, ...learning });
    const to = join(folder, 'said.jsonl');
    const search =
      (...more) =>
      (file) =>
        own('seq2seq', file, '--model', out, '--beam', '5', '--n-best', '1', '--force', '-o', to, ...more);
    const rounded = await decoded(sources, folder, search('--quantize', 'int8'));
    const { whole, alone } = await decoded(sources, folder, search());
    const [perSecondThere, tokens] = peer(train, few, 3, ...settings);
    const [, , decoding, length] = peer(few, both, 0, ...settings, theirs);
    // the same pairs have a like number of tokens: the peer's, so that none gains by how it counts
    const told = { training: perSecond * tokens, whole, alone, rounded: rounded.whole, roundedAlone: rounded.alone };
    for (const [name, speed] of Object.entries(told)) speeds[name].push(speed);
    peers.training.push(perSecondThere * tokens);
    peers.decoding.push(decoding);
    const spaces = linesOf(to).reduce((sum, line) => sum + JSON.parse(line).prediction.split(/\s+|(?=[.,!?])/).length, 0);
    lengths = [spaces / said.length, length];
  }
  const rowsOf = [
    rowOf('tatoeba_cmn, training, target tokens', speeds.training, peers.training, 1.3),
    rowOf('tatoeba_cmn, beam 5: the command seq2seq, sentences', speeds.whole, peers.decoding, 3),
    rowOf('the same without its start', speeds.alone, peers.decoding, 3),
    rowOf('the command with --quantize int8', speeds.rounded, peers.decoding, 3),
    rowOf('the same without its start', speeds.roundedAlone, peers.decoding, 3),
  ];
  return `${table(HEAD, rowsOf)}\n\nTokens said a sentence: about ${lengths.map((length) => length.toFixed(1)).join(', PyTorch ')}.`;
}
