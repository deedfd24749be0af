/** A batch from its command line to its manifest: takes the folder, plans or goes on, conducts, finishes. */
import { mkdirSync, readdirSync, readFileSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { corpusFiles, type Corpus } from '../../corpus/files.js';
import { fingerprintOf, formatInputs, parseInputs, sameInputs, unchanged } from '../../corpus/fingerprint.js';
import { LEDGER, openLedger, readLedger, type Configuration, type LedgerContent } from '../../corpus/ledger.js';
import { takeLock } from '../../corpus/lock.js';
import { sha256 } from '../../corpus/sha256.js';
import { PipeError } from '../../errors.js';
import { outputFailure } from '../../io/failure.js';
import { writeDocument } from '../../io/output.js';
import type { Invocation, OptionDefinition } from '../command.js';
import { version } from '../version.js';
import { conduct } from './conduct.js';
import { detailsOf, MANIFEST, summaryOf, tableOf, writeManifest, type Finished } from './finish.js';
import { mergeShards } from './merge.js';
import { planOf, type Plan } from './plan.js';
import { configurationOf, sameConfiguration, settingsOf, type Settings } from './settings.js';

const INPUTS = 'inputs.jsonl';

/** What is to be done, and what of it an earlier run has done. */
interface Job {
  settings: Settings;
  options: Invocation['options'];
  plan: Plan;
  configuration: Configuration;
  inputs: string;
  before?: (LedgerContent & { length: number }) | undefined;
}

export async function runBatch(invocation: Invocation, common: readonly OptionDefinition[]): Promise<void> {
  const { options, report, signal } = invocation;
  const folder = options['out'] as string | undefined;
  if (folder === undefined) throw new PipeError('usage', 'no folder is given for the results', { hint: 'add --out results' });
  const resume = options['resume'] === true;
  refuseWrongFolder(folder, resume);
  // what is wrong with the command line or the input is told before anything is made
  const early = resume ? undefined : await begin(invocation, common);
  const made = makeFolder(folder);
  const lock = await takeLock(folder).catch((error: unknown) => {
    if (made) rmdirSync(folder);
    throw error;
  });
  // the ledger of a run that has only just begun may be empty still: who has the lock knows
  if (resume && !readLedger(folder)) {
    lock.release();
    throw nothingToResume(folder);
  }
  const started = performance.now();
  try {
    refuseWrongFolder(folder, resume);
    removeLeftOvers(folder);
    if (early) rmSync(join(folder, LEDGER), { force: true });
    const job = early ?? (await goOn(folder, invocation, common));
    if (early) await writeDocument(join(folder, INPUTS), early.inputs, { force: true, inputs: [] });
    const ledger = openLedger(folder, job.before ? { length: job.before.length } : { configuration: job.configuration });
    const { files } = job.plan;
    const work = {
      stages: job.settings.stages,
      read: job.settings.read,
      result: job.settings.result,
      severalFiles: files.length > 1,
      quarantine: job.options['onBad'] === 'quarantine',
      folder,
    };
    try {
      const conducted = await conduct({
        plan: job.plan,
        work,
        ledger,
        known: new Map(job.before?.entries.map((entry) => [entry.shard, entry])),
        workers: (options['workers'] as number | undefined) ?? availableParallelism(),
        workerMemory: Math.ceil(Number(options['workerMemory']) / 2 ** 20),
        maxBad: options['maxBad'] as number | { percent: number } | undefined,
        report,
        signal,
      });
      for (const file of files) unchanged(file);
      const merged = typeof work.result === 'string' ? undefined : await mergeShards(folder, conducted.entries, job.options);
      const seconds = (performance.now() - started) / 1000;
      const bytes = files.reduce((sum, { size }) => sum + size, 0);
      const finished: Finished = { configuration: job.configuration, inputs: { files: files.length, bytes }, conducted, merged, seconds };
      const hash = await writeManifest(folder, finished);
      report.details(tableOf(finished, hash), { ...detailsOf(finished), sha256: hash });
      report.summary(summaryOf(conducted.entries, seconds));
    } catch (error) {
      report.note(
        `${doneOf(folder)} of ${job.plan.shards.length} shards are done; to go on: rnn-pipe batch --out ${quoted(folder)} --resume`,
      );
      throw error;
    } finally {
      ledger.close();
    }
  } finally {
    removeLeftOvers(folder);
    lock.release();
  }
}

async function begin(invocation: Invocation, common: readonly OptionDefinition[]): Promise<Job> {
  const { options, given, inputs } = invocation;
  const settings = await settingsOf(options, given, common);
  return jobOf(settings, options, findFiles(inputs, invocation));
}

function findFiles(typed: readonly string[], { options, report }: Invocation): Corpus {
  const corpus = corpusFiles(typed, String(options['out']));
  if (corpus.leftOut > 0)
    report.note(`${corpus.leftOut} found in folders and left out: names that begin with . or _, links to folders, what is no file`);
  if (corpus.files.length === 0)
    throw new PipeError('no-input', 'there is no file to read', { hint: 'rnn-pipe batch corpus/ --out results/ --to tokenize' });
  return corpus;
}

async function jobOf(settings: Settings, options: Invocation['options'], corpus: Corpus): Promise<Job> {
  const plan = await planOf(corpus, settings.read, Number(options['shardSize']));
  const inputs = formatInputs(corpus.files.map(fingerprintOf));
  const configuration = configurationOf(settings, { version, inputs: sha256(inputs), shards: plan.shards.length });
  return { settings, options, plan, configuration, inputs };
}

/** The options are those of the ledger; what was typed must be the same. @throws PipeError('mismatch') where something differs */
async function goOn(folder: string, invocation: Invocation, common: readonly OptionDefinition[]): Promise<Job> {
  const before = readLedger(folder);
  if (!before) throw nothingToResume(folder);
  const typed = Object.fromEntries([...invocation.given].map((name) => [name, invocation.options[name]]));
  const options = { ...invocation.options, ...before.configuration.options, ...typed };
  const settings = await settingsOf(options, invocation.given, common);
  const inputs = parseInputs(readFileSync(join(folder, INPUTS), 'utf8'));
  const corpus = findFiles(invocation.inputs.length > 0 ? invocation.inputs : inputs.map(({ path }) => path), invocation);
  sameInputs(inputs, corpus.files.map(fingerprintOf));
  const job = await jobOf(settings, options, corpus);
  sameConfiguration(before.configuration, job.configuration);
  return { ...job, before };
}

function refuseWrongFolder(folder: string, resume: boolean): void {
  const stat = statSync(folder, { throwIfNoEntry: false });
  const place = { file: folder };
  if (stat && !stat.isDirectory())
    throw new PipeError('cannot-create', 'the output is no folder', { place, hint: 'give --out the name of a folder' });
  if (resume) {
    if (!stat) throw nothingToResume(folder);
    return;
  }
  const names = stat ? readdirSync(folder).filter((name) => !name.startsWith('.lock')) : [];
  const finished = names.includes(MANIFEST);
  if (stat && readLedger(folder))
    throw new PipeError('cannot-create', finished ? 'a finished run is in this folder' : 'a run was begun in this folder', {
      place,
      hint: finished ? 'choose another --out, or remove the folder' : '--resume goes on with it; or choose another --out',
    });
  // a run that was killed before its ledger's first line was written has done nothing
  if (names.every((name) => isBeginning(name))) return;
  throw new PipeError('cannot-create', 'the folder is not empty', { place, found: names.sort()[0]!, hint: 'choose another --out' });
}

const isBeginning = (name: string): boolean => name === INPUTS || name === LEDGER || isTemporary(name);
const isTemporary = (name: string): boolean => /^\.(part-|inputs|manifest|vocabulary).*\.tmp$/.test(name);

const nothingToResume = (folder: string): PipeError =>
  new PipeError('no-input', 'there is no run to go on with', { place: { file: folder }, hint: 'leave --resume out' });

/** Whether it was made. */
function makeFolder(folder: string): boolean {
  try {
    return mkdirSync(folder, { recursive: true }) !== undefined;
  } catch (error) {
    throw outputFailure(causeOf(error, folder), folder);
  }
}

/** On a read-only disk `recursive` says that there is no such folder. */
function causeOf(error: unknown, folder: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
  try {
    mkdirSync(folder);
    return error;
  } catch (cause) {
    return cause;
  }
}

/** Temporary files of processes that were killed: nobody else writes here while the lock is held. */
function removeLeftOvers(folder: string): void {
  for (const name of readdirSync(folder)) if (isTemporary(name)) rmSync(join(folder, name), { force: true });
}

function doneOf(folder: string): number {
  return new Set(readLedger(folder)?.entries.map(({ shard }) => shard)).size;
}

const quoted = (name: string): string => (/^[\w./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`);
