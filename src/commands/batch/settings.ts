/** What a batch is to do, from its options: the stretch of steps, what comes out, and all that must be the same when it is gone on with. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '../../corpus/ledger.js';
import { openEngine } from '../../engine/index.js';
import { PipeError, show } from '../../errors.js';
import { inputFailure } from '../../io/failure.js';
import type { ReadOptions } from '../../io/read.js';
import { defaultBackend } from '../../text/segmenters/jieba.js';
import { namesOf, type OptionDefinition, type Options } from '../command.js';
import { SPEAKING } from '../options.js';
import type { Stage } from '../stages.js';
import { READ_TOO, refuseStray } from '../step-command.js';
import { STRETCH_NAMES, stretchOf, stretchReading, type Part } from '../stretch.js';
import { COUNTING, featuresIn } from '../vocab.js';
import type { ShardWork } from './messages.js';
import { readOptions } from '../step-command.js';

/** What `--from` and `--to` may name, in the order of the pipeline. */
export const PLACES: readonly string[] = STRETCH_NAMES.flatMap((name) => (name === 'tokenize' ? [name, 'vocab'] : [name]));

export interface Settings {
  stages: Stage[];
  read: ReadOptions;
  result: ShardWork['result'];
  /** every option that can show in the results */
  deciding: Record<string, unknown>;
}

/** Options that cannot show in the results: they may change when a run is gone on with. */
const FREE = new Set(['out', 'workers', 'workerMemory', 'maxMemory', 'resume', 'log', 'quiet', 'maxBad']);

/**
 * @param common the options that every batch has
 * @throws PipeError('usage') for what does not fit together
 */
export async function settingsOf(options: Options, given: ReadonlySet<string>, common: readonly OptionDefinition[]): Promise<Settings> {
  const [from, to] = [String(options['from']), String(options['to'])];
  const steps = stepsOf(from, to);
  const counting = to === 'vocab' ? COUNTING : [];
  const own = [...steps.flatMap((step) => step.options), ...counting];
  refuseStray(given, namesOf([...own, ...common, ...SPEAKING]), `it belongs to none of the steps ${from} … ${to}`);
  for (const { stage } of steps) stage.check?.(options, given);
  refuseWholeText(
    options,
    steps.map(({ name }) => name),
  );
  const stages: Stage[] = [];
  for (const { name, options: definitions } of steps)
    stages.push({ name, options: await resolved(picked(options, definitions), namesOf(definitions)) });
  if (to === 'vocab' && options['format'] !== undefined)
    throw new PipeError('usage', '--format does not apply to --to vocab', { hint: 'leave it out: the result is vocabulary.json' });
  const deciding = picked(options, [...own, ...common]);
  for (const name of FREE) Reflect.deleteProperty(deciding, name);
  for (const { options: made } of stages)
    for (const name of ['backend', 'engine', 'threads']) if (name in made) deciding[name] = made[name];
  return {
    stages,
    deciding,
    read: { ...readOptions(options, steps[0] !== undefined && steps[0].stage.rawText), ...stretchReading(steps) },
    result: to === 'vocab' ? { counts: featuresIn(options) } : ((options['format'] ?? 'jsonl') as 'jsonl'),
  };
}

/** `vocab` counts the tokens of what stands before it. */
function stepsOf(from: string, to: string): readonly Part[] {
  if (from === 'vocab' && to !== 'vocab')
    throw new PipeError('usage', '--from vocab goes with --to vocab alone', { hint: `to go on from tokens: --from encode --vocab FILE` });
  if (from === to && from === 'vocab') return [];
  return stretchOf(from, to === 'vocab' ? 'tokenize' : to);
}

/** What only the whole text can tell must be told. */
function refuseWholeText(options: Options, steps: readonly string[]): void {
  if (steps.includes('encode') && options['vocab'] === undefined && options['model'] === undefined)
    throw new PipeError('usage', 'no vocabulary is given', {
      hint: 'make one first: rnn-pipe batch CORPUS --to vocab --out counts/, then --vocab counts/vocabulary.json',
    });
  if (steps.includes('pad') && typeof options['length'] !== 'number')
    throw new PipeError('usage', '--length must be a number: a shard does not know how long the sentences of others are', {
      found: show(options['length']),
      hint: 'for instance --length 64',
    });
}

function picked(options: Options, definitions: readonly OptionDefinition[]): Record<string, unknown> {
  const names = [...namesOf(definitions)].filter((name) => options[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, options[name]]));
}

/** What a step would take by itself, which may be another thing on another machine; and one thread for each worker's engine. */
async function resolved(options: Record<string, unknown>, names: ReadonlySet<string>): Promise<Record<string, unknown>> {
  const made = { ...options };
  if (made['segmenter'] === 'jieba') made['backend'] ??= defaultBackend(made['hmm'] === true);
  if (names.has('engine')) made['engine'] ??= (await openEngine(undefined)).name;
  if (names.has('threads')) made['threads'] ??= 1;
  return made;
}

/** The configuration that the ledger begins with. */
export function configurationOf({ deciding }: Settings, rest: { version: string; inputs: string; shards: number }): Configuration {
  const options = { ...deciding };
  const files: Record<string, string> = {};
  for (const name of FILES) {
    const paths = pathsOf(name, options[name]);
    // the files count by what is in them, not by how they are called
    if (paths.length > 0) files[name] = paths.map(hashOf).join(' ');
  }
  return { version: rest.version, options, files, inputs: rest.inputs, shards: rest.shards };
}

/** Options that name files or a model's folder. */
const FILES = [...READ_TOO, 'segmenter'];
const MODEL = 'model:';

function pathsOf(name: string, value: unknown): string[] {
  const paths = [value ?? []].flat() as string[];
  return name === 'segmenter' ? paths.filter((path) => path.startsWith(MODEL)).map((path) => path.slice(MODEL.length)) : paths;
}

/** SHA-256 of a file, or of all files of a folder (a model). */
function hashOf(path: string): string {
  const hash = createHash('sha256');
  try {
    const isFolder = statSync(path).isDirectory();
    const names = isFolder ? readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile()) : [];
    if (!isFolder) hash.update(readFileSync(path));
    for (const name of names.map((entry) => entry.name).sort()) hash.update(`${name}\0`).update(readFileSync(join(path, name)));
  } catch (error) {
    throw inputFailure(error, path);
  }
  return hash.digest('hex');
}

/** @throws PipeError('mismatch') that says what is another */
export function sameConfiguration(before: Configuration, now: Configuration): void {
  const differs = (what: string, expected: unknown, found: unknown): PipeError =>
    new PipeError('mismatch', `the run was begun with another ${what}`, {
      expected: show(expected),
      found: show(found),
      hint: 'go on as it was begun (with --resume only --out need be given), or begin again: another --out',
    });
  if (before.version !== now.version) throw differs('version of rnn-pipe', before.version, now.version);
  for (const name of new Set([...Object.keys(before.files), ...Object.keys(now.files)]))
    if (before.files[name] !== now.files[name]) throw differs(`file for ${flagOf(name)}`, hashesOf(before, name), hashesOf(now, name));
  for (const name of new Set([...Object.keys(before.options), ...Object.keys(now.options)])) {
    if (pathsOf(name, now.options[name]).length > 0 && FILES.includes(name)) continue;
    const [was, is] = [before.options[name], now.options[name]];
    if (JSON.stringify(was) !== JSON.stringify(is)) throw differs(flagOf(name), was, is);
  }
}

const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
const hashesOf = ({ files }: Configuration, name: string): string => (files[name] ? `SHA-256 ${files[name].slice(0, 12)}…` : 'none');
