/**
 * What a command is: its flags, help and documentation as data, and what it does.
 * From a definition come the commander command, shell completion, and its page in docs/commands.md.
 */
import type { FieldName } from '../formats/record.js';
import type { LineStep } from '../steps/lines/step.js';
import type { RowStep } from '../steps/rows/step.js';
import type { Step } from '../steps/step.js';
import type { Report } from './report.js';

export interface OptionDefinition {
  /** as commander takes them: `-o, --output <file>`, `--pos`, `--user-dict <file>` */
  flags: string;
  about: string;
  default?: string | number | boolean;
  choices?: readonly string[];
  /** the text of the flag to its value; throws PipeError('usage') */
  parse?: (text: string) => unknown;
  /** may be given several times; the value is an array */
  repeatable?: boolean;
}

/** Parsed options by their camel-cased names; structured-cloneable, so that worker threads can have them. */
export type Options = Readonly<Record<string, unknown>>;

/** A step as a part of a run. `prepare` opens the files that the options name and makes the step ready. */
export interface StageDefinition {
  /** true if the result for a record depends on that record alone, so that worker threads may share the work */
  parallel: boolean;
  /** its results are so large that handing them from thread to thread costs more than making them */
  large?: boolean;
  /** `inputs` of a step that reads raw text too; the others read records only */
  rawText: boolean;
  /** the fields that it looks at: all others it hands on, each record's to what becomes of that record. Undefined: it may look at any */
  looksAt?: readonly FieldName[];
  /** the tensors of which it refuses numbers that are not finite itself, before anything is made of them: whoever reads them need not look */
  refuses?: (options: Options) => readonly FieldName[];
  /** lines that threads take together, of a step whose results depend on which those are */
  windowLines?: number;
  /** throws for options that contradict one another; opens nothing. @param given names of those that the user typed */
  check?: (options: Options, given: ReadonlySet<string>) => void;
  /** an engine does most of its work, in threads of its own (the option `threads`): so a thread of ours does several chunks at once */
  computes?: (options: Options) => boolean;
  prepare: (options: Options) => Promise<Step>;
  /** the same step on lines of JSON as they lie, where these options allow it */
  prepareLines?: (options: Options) => Promise<LineStep | undefined>;
  /** the same step on rows of columns, where these options allow it */
  prepareRows?: (options: Options) => Promise<RowStep | undefined>;
}

export interface Invocation {
  /** positional arguments; `-` is stdin */
  inputs: string[];
  options: Options;
  /** names of the options that the user typed, as opposed to defaults */
  given: ReadonlySet<string>;
  report: Report;
  signal: AbortSignal;
}

export type Group = 'The eight steps' | 'Models' | 'Whole runs' | 'Looking and checking';

/** A command as the help of all commands shows it; the rest of it is loaded when it is asked for, with all that it needs. */
export interface CommandEntry {
  name: string;
  group: Group;
  summary: string;
  /** it goes on until a signal ends it, which is no failure: exit code 0 */
  endsBySignal?: boolean;
  load: () => Promise<CommandDefinition>;
}

/** All else about a command: its arguments and options, its help, and what it does. */
export interface CommandDefinition {
  description: string;
  /** what the positional arguments are, as commander takes them: `[input...]`; of several, one a line of `about` */
  argument?: { name: string; about: string };
  options: readonly OptionDefinition[];
  /** command lines that work as they stand on the files of examples/ */
  examples: readonly string[];
  /** whether `-o` names a folder, which the command itself looks at */
  writesFolder?: (options: Options) => boolean;
  run: (invocation: Invocation) => Promise<void>;
}

/** One of the eight steps as a command: its `run` is the same for all of them (`step-command.ts`). */
export interface StepCommand extends Omit<CommandDefinition, 'run' | 'argument'> {
  stage: StageDefinition;
}

/** `-o, --output <file>` → output; `--max-chars <n>` → maxChars */
export const nameOf = (flags: string): string =>
  /--([a-z-]+)/.exec(flags)![1]!.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

export const namesOf = (options: readonly OptionDefinition[]): Set<string> => new Set(options.map(({ flags }) => nameOf(flags)));

/** maxChars → `--max-chars` */
export const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
