/** A step as a whole command: reads, runs the one stage, writes, tells what it did. */
import { PipeError } from '../errors.js';
import { inputFile, refuseInput } from '../io/source.js';
import { flagOf, type CommandDefinition, type Invocation, type Options, type StepCommand } from './command.js';
import { checkOnBad, RECORD_INPUT, RECORD_OUTPUT, TEXT_INPUT, WORKERS } from './options.js';
import { openPool } from './pool.js';
import { refuseWholeText } from './shard.js';
import { sharesOf } from './shares.js';
import { foldStages, runStages, type RunRequest } from './runner.js';
import { definitionsOf, type Stage } from './stages.js';
import { paddedLength } from '../text/padding.js';
import { replayable } from '../io/replay.js';

/** The options of a step's command, its own first. */
function optionsOf({ options, stage }: StepCommand): CommandDefinition['options'] {
  return [...options, ...(stage.rawText ? TEXT_INPUT : RECORD_INPUT), ...RECORD_OUTPUT, ...(stage.parallel ? [WORKERS] : [])];
}

/** The whole command of a step. */
export function commandOfStep(name: string, step: StepCommand): CommandDefinition {
  const { stage } = step;
  return {
    ...step,
    argument: { name: '[input...]', about: 'files, read one after another; - is stdin (default)' },
    options: optionsOf(step),
    run: async (invocation) => {
      stage.check?.(invocation.options, invocation.given);
      await withRequest(invocation, [{ name, options: invocation.options }], stage.rawText, async (request) =>
        runAndTell(
          invocation,
          name === 'pad' ? await withLength(request) : { ...request, read: { ...request.read, windowLines: stage.windowLines } },
        ),
      );
    },
  };
}

/** Options that name a file which a step reads: like an input, it must not be the output. */
export const READ_TOO = ['vocab', 'vectors', 'weights', 'stopWords', 'userDict', 'model'];

/** The request of a pass before the run itself, in which bad records are only counted: the run puts them aside. */
export const passBefore = (request: RunRequest): RunRequest =>
  request.onBad === 'stop' ? request : { ...request, onBad: { ...request.onBad, quarantine: undefined } };

/** Does something with what the runner is asked to do, and ends the threads that it took. */
export async function withRequest<T>(
  invocation: Invocation,
  stages: Stage[],
  rawText: boolean,
  use: (request: RunRequest) => Promise<T>,
): Promise<T> {
  const request = await requestOf(invocation, stages, rawText);
  try {
    return await use(request);
  } finally {
    await request.pool.close();
  }
}

/** What the runner is asked to do, from the options that all step commands share. */
async function requestOf({ inputs, options, signal, report }: Invocation, stages: Stage[], rawText: boolean): Promise<RunRequest> {
  checkOnBad(options);
  const definitions = await definitionsOf(stages);
  const computing = definitions.map(({ computes }, i) => computes?.(stages[i]!.options) === true);
  const { workers, threads } = sharesOf(options['workers'] as number | undefined, computing.includes(true));
  const ready = stages.map((stage, i) => (computing[i] ? { ...stage, options: { threads, ...stage.options } } : stage));
  const text = (name: string): string | undefined => options[name] as string | undefined;
  const named = (name: string): string | string[] => (options[name] ?? []) as string | string[];
  // a model is a folder, and who reads it says more
  for (const path of [...inputs, ...READ_TOO.filter((name) => name !== 'model').flatMap(named)]) refuseInput(path);
  return {
    inputs: (inputs.length > 0 ? inputs : ['-']).map(inputFile),
    read: { ...readOptions(options, rawText), pairs: stages.some(({ name }) => name === 'seq2seq') },
    readToo: READ_TOO.flatMap(named),
    stages: options['shard'] === undefined ? ready : [{ name: 'shard', options: { shard: options['shard'] } }, ...ready],
    output: { path: text('output') ?? '-', format: text('format'), force: options['force'] === true },
    pool: openPool(workers),
    atOnce: threads > 1 ? threads + 1 : 1,
    onBad: options['onBad'] === 'quarantine' ? { quarantine: text('badOut')!, max: options['maxBad'] as number | undefined } : 'stop',
    signal,
    onProgress: report.progress,
    note: report.note,
  };
}

/** How the inputs are to be read. */
export function readOptions(options: Options, rawText: boolean): RunRequest['read'] {
  const text = (name: string): string | undefined => options[name] as string | undefined;
  return {
    records: !rawText,
    format: text('inputFormat'),
    encoding: text('encoding'),
    textKey: text('textKey'),
    labelKey: text('labelKey'),
    wrapped: options['wrapped'] === true,
    maxLineBytes: options['maxLineBytes'] as number | undefined,
  };
}

export async function runAndTell({ report }: Invocation, request: RunRequest): Promise<void> {
  const summary = await runStages(request);
  report.summary(summary);
}

/**
 * `pad --length auto|p95` made a number by reading the input once before the run; a pipe is spooled for that.
 * Counts tokens where there are no ids yet, which is as many.
 */
export async function withLength(request: RunRequest): Promise<RunRequest> {
  const padding = request.stages.find(({ name }) => name === 'pad');
  const wanted = padding?.options['length'];
  if (typeof wanted === 'number' || !padding) return request;
  if (request.stages.some(({ name }) => name === 'shard'))
    refuseWholeText('a part does not tell the --length of all', 'for instance --length 64');
  const again = { ...request, inputs: await replayable(request.inputs) };
  const before = request.stages.slice(0, request.stages.indexOf(padding)).filter(({ name }) => name !== 'encode');
  const { result } = await foldStages(passBefore({ ...again, stages: before }), 'lengths', {});
  const length = paddedLength(result, wanted as 'auto' | 'p95');
  return {
    ...again,
    stages: request.stages.map((stage) => (stage === padding ? { ...stage, options: { ...stage.options, length } } : stage)),
  };
}

/** @throws PipeError('usage') for an option that the stretch of steps has no use for */
export function refuseStray(given: ReadonlySet<string>, known: ReadonlySet<string>, because: string): void {
  for (const name of given)
    if (!known.has(name) && name !== 'quiet' && name !== 'log')
      throw new PipeError('usage', `${flagOf(name)} does not apply`, { hint: because });
}
