/** The list of commands, in the order of the help. One entry a command. */
import type { CommandEntry } from './command.js';
import { STEPS } from './stages.js';

const [sentences, tokenize, ...others] = STEPS.map(({ name, summary, load }): CommandEntry => ({
  name,
  group: 'The eight steps',
  summary,
  load: async () => (await import('./step-command.js')).commandOfStep(name, await load()),
}));

export const COMMANDS: readonly CommandEntry[] = [
  sentences!,
  tokenize!,
  {
    name: 'vocab',
    group: 'The eight steps',
    summary: 'step 3: tokens of a corpus to a vocabulary',
    load: async () => (await import('./vocab.js')).vocabCommand,
  },
  ...others,
  {
    name: 'train',
    group: 'Models',
    summary: 'learns a model from labelled texts',
    load: async () => (await import('./train.js')).trainCommand,
  },
  {
    name: 'evaluate',
    group: 'Models',
    summary: 'how good a model is on labelled texts',
    load: async () => (await import('./evaluate.js')).evaluateCommand,
  },
  {
    name: 'curves',
    group: 'Models',
    summary: 'loss and score over the epochs of a training',
    load: async () => (await import('./curves.js')).curvesCommand,
  },
  {
    name: 'generate',
    group: 'Models',
    summary: 'a language model writes texts',
    load: async () => (await import('./generate.js')).generateCommand,
  },
  {
    name: 'export',
    group: 'Models',
    summary: 'a model as an ONNX file, or its weights for PyTorch or Keras',
    load: async () => (await import('./export.js')).exportCommand,
  },
  {
    name: 'import',
    group: 'Models',
    summary: 'weights of PyTorch or Keras to a model',
    load: async () => (await import('./import.js')).importCommand,
  },
  {
    name: 'predict',
    group: 'Models',
    summary: 'what a model says of each line: one line out for each line in',
    load: async () => (await import('./predict-lines.js')).predictCommand,
  },
  {
    name: 'serve',
    group: 'Models',
    summary: 'a model as a page and a JSON API on this machine',
    endsBySignal: true,
    load: async () => (await import('./serve.js')).serveCommand,
  },
  {
    name: 'run',
    group: 'Whole runs',
    summary: 'any stretch of the eight steps in one process',
    load: async () => (await import('./run.js')).runCommand,
  },
  {
    name: 'batch',
    group: 'Whole runs',
    summary: 'any stretch of the steps over a corpus, on every core; can be stopped and gone on with',
    load: async () => (await import('./batch.js')).batchCommand,
  },
  {
    name: 'inspect',
    group: 'Looking and checking',
    summary: 'what a file is: its fields, shapes and first record',
    load: async () => (await import('./inspect.js')).inspectCommand,
  },
  {
    name: 'explain',
    group: 'Looking and checking',
    summary: 'the eight steps on one sentence: value, shape, why, and the command that makes it',
    load: async () => (await import('./explain.js')).explainCommand,
  },
  {
    name: 'draw',
    group: 'Looking and checking',
    summary: 'the network stretched along time, with the real numbers of one sentence in it',
    load: async () => (await import('./draw.js')).drawCommand,
  },
  {
    name: 'compare',
    group: 'Looking and checking',
    summary: 'two networks on the same sentence, beneath each other as one SVG picture',
    load: async () => (await import('./compare.js')).compareCommand,
  },
  {
    name: 'gradients',
    group: 'Looking and checking',
    summary: 'the norm of the loss’s gradient at each time step: what vanishes, and what does not',
    load: async () => (await import('./gradients.js')).gradientsCommand,
  },
  {
    name: 'project',
    group: 'Looking and checking',
    summary: 'word vectors or outputs as points of a plane, near ones near one another',
    load: async () => (await import('./project.js')).projectCommand,
  },
  {
    name: 'score',
    group: 'Looking and checking',
    summary: 'BLEU, chrF and exact matches of predicted texts',
    load: async () => (await import('./score.js')).scoreCommand,
  },
  {
    name: 'check',
    group: 'Looking and checking',
    summary: 'check padding: shows on your own data that padding cannot change a state',
    load: async () => (await import('./check.js')).checkCommand,
  },
  {
    name: 'convert',
    group: 'Looking and checking',
    summary: 'records from one format to another: JSONL, JSON, Arrow, gzip',
    load: async () => (await import('./convert.js')).convertCommand,
  },
  {
    name: 'doctor',
    group: 'Looking and checking',
    summary: 'what of engines and segmenters is there, what is missing, what to type',
    load: async () => (await import('./doctor.js')).doctorCommand,
  },
];
