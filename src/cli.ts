/**
 * The command line: the commander program made from COMMANDS, and the end of the process.
 * It alone prints, colours, minds signals and turns errors into exit codes. What a command does is in `commands/`.
 */
import { Chalk, type ChalkInstance } from 'chalk';
import { Command, CommanderError, Option } from 'commander';
import { constants } from 'node:os';
import type { CommandDefinition, CommandEntry, OptionDefinition } from './commands/command.js';
import { COMMANDS } from './commands/index.js';
import { SPEAKING } from './commands/options.js';
import { version } from './commands/version.js';
import { describe, EXIT_CODES, PipeError } from './errors.js';
import { isSaving, removeTemporaryFiles } from './io/cleanup.js';
import { ReaderWentAway, writeToStdout } from './io/stdout.js';
import { reporter, type Voice } from './report.js';

/**
 * ONNX Runtime's native library (from 1.30 on) tells its makers about each session, keeps an identifier of the machine and leaves files in the
 * temporary folder, unless its environment says no before it is loaded. Said here: a worker thread's `process.env` is not the library's.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
process.env['ORT_TELEMETRY_DISABLED'] = '1';

/** Runs one command line; resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  // errors of the command line itself should name the command, too
  const typed = COMMANDS.find(({ name }) => name === argv[0]);
  const voice: Voice = {
    command: typed?.name ?? 'rnn-pipe',
    quiet: false,
    json: /(^| )--log[= ]json( |$)/.test(argv.join(' ')),
    chalk: chalkFor(process.stderr),
  };
  const interrupted = new AbortController();
  const signal = stopOnSignals(interrupted);
  try {
    await program(voice, interrupted.signal).parseAsync(argv, { from: 'user' });
    await printing;
    return typed?.endsBySignal ? 0 : signal.exitCode();
  } catch (error) {
    removeTemporaryFiles();
    if (error instanceof ReaderWentAway) return 0;
    if (interrupted.signal.aborted) return signal.exitCode();
    if (error instanceof CommanderError) return error.exitCode === 0 ? printed(voice) : EXIT_CODES.usage;
    return complain(error, voice);
  }
}

/** What commander has to say on stdout (help, version) and does not wait for. */
let printing = Promise.resolve();

function print(text: string): void {
  printing = printing.then(() => writeToStdout(text));
  // it is awaited at the end
  printing.catch(() => {});
}

/** The exit code when help or the version is all that was asked for. */
async function printed(voice: Voice): Promise<number> {
  try {
    await printing;
    return 0;
  } catch (error) {
    return error instanceof ReaderWentAway ? 0 : complain(error, voice);
  }
}

function program(voice: Voice, signal: AbortSignal): Command {
  const root = new Command('rnn-pipe')
    .description('Raw Chinese text to the outputs of a recurrent network, in eight steps that can be looked at.')
    .version(version, '-V, --version')
    .usage('<command> [options] [input...]')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: print, outputError: (text) => usageError(text, voice) })
    .configureHelp({ helpWidth: Math.min(process.stdout.columns || 100, 120) })
    .addHelpText(
      'after',
      '\nThe eight steps, as one line:\n  rnn-pipe run news.txt --to classify --labels finance,sports -o outputs.jsonl\n\nHelp for a command: rnn-pipe help <command>',
    );
  for (const entry of COMMANDS) root.addCommand(commandOf(entry, voice));
  addCompletion(root);
  // a command is loaded, with all that it needs, when it is the one
  const load = async (command: Command): Promise<void> => {
    const entry = COMMANDS.find(({ name }) => name === command.name());
    if (entry) define(command, entry.name, await entry.load(), voice, signal);
  };
  root.hook('preSubcommand', (_, command) => load(command));
  addHelp(root, load);
  return root;
}

/** A command as the help of all commands shows it. */
function commandOf({ name, group, summary }: CommandEntry, voice: Voice): Command {
  return new Command(name)
    .summary(summary)
    .helpGroup(`${group}:`)
    .exitOverride()
    .configureOutput({ writeOut: print, outputError: (text) => usageError(text, voice) })
    .configureHelp({ helpWidth: Math.min(process.stdout.columns || 100, 120) });
}

/** All the rest of a command. */
function define(command: Command, name: string, definition: CommandDefinition, voice: Voice, signal: AbortSignal): void {
  command
    .description(definition.description.replaceAll('\n', ' '))
    .addHelpText('after', `\nExamples:\n${definition.examples.map((example) => `  ${example}`).join('\n')}`);
  const { argument } = definition;
  const abouts = argument?.about.split('\n');
  if (argument) argument.name.split(' ').forEach((one, i) => command.argument(one, abouts?.[i]));
  else command.allowExcessArguments(false);
  for (const option of [...definition.options, ...SPEAKING]) command.addOption(optionOf(option));
  command.action(async () => {
    const options: Record<string, unknown> = command.opts();
    Object.assign(voice, { command: name, quiet: options['quiet'] === true, json: options['log'] === 'json' });
    const given = new Set(Object.keys(options).filter((option) => command.getOptionValueSource(option) === 'cli'));
    if (!definition.writesFolder?.(options)) await refuseOutputs(command.args, options);
    await definition.run({ inputs: command.args, options, given, report: reporter(voice), signal });
  });
}

/** Some commands open their output when the work is done, or a pass over the input: an hour may be lost by then. */
async function refuseOutputs(inputs: readonly string[], { output = '-', badOut = '-', force }: Record<string, unknown>): Promise<void> {
  if (output === '-' && badOut === '-') return;
  const { refuseOutput } = await import('./io/output.js');
  refuseOutput(String(output), { force: force === true, inputs: inputs.length > 0 ? inputs : ['-'] });
  refuseOutput(String(badOut), { force: 'never', inputs: [] });
}

/** `rnn-pipe help <command>`: commander's own would not wait for the command to be loaded. */
function addHelp(root: Command, load: (command: Command) => Promise<void>): void {
  root
    .command('help')
    .argument('[command]')
    .summary('help for a command')
    .action(async (name: string | undefined) => {
      const command = root.commands.find((one) => one.name() === name);
      if (command) await load(command);
      (command ?? root).help({ error: name !== undefined && !command });
    });
}

function optionOf(definition: OptionDefinition): Option {
  const option = new Option(definition.flags, definition.about);
  if (definition.default !== undefined) option.default(definition.default);
  if (definition.choices) option.choices([...definition.choices]);
  const { parse, repeatable } = definition;
  if (repeatable) option.argParser((text, all: unknown) => [...(Array.isArray(all) ? (all as unknown[]) : []), parse ? parse(text) : text]);
  else if (parse) option.argParser(parse);
  return option;
}

/** Shell completion costs a package to load, so only `rnn-pipe completion` and what it installed pay for it. */
function addCompletion(root: Command): void {
  root
    .command('completion')
    .helpGroup('Looking and checking:')
    .summary('shell completion for bash, zsh, fish or powershell')
    .argument('[shell]', 'bash, zsh, fish or powershell')
    .addHelpText('after', '\nExamples:\n  source <(rnn-pipe completion bash)')
    .action(async (shell: string | undefined) => {
      const known = ['bash', 'zsh', 'fish', 'powershell'];
      if (!known.includes(shell ?? ''))
        throw new PipeError('usage', 'no such shell', {
          expected: known.join(', '),
          found: shell ?? 'none',
          hint: 'rnn-pipe completion bash',
        });
      await tab();
    });
  // what the installed script calls: rnn-pipe complete -- WORDS
  root.command('complete', { hidden: true }).argument('[words...]').action(tab);
}

async function tab(): Promise<void> {
  const { default: addTab } = await import('@bomb.sh/tab/commander');
  const bare = new Command('rnn-pipe');
  for (const { name, summary, load } of COMMANDS) {
    const command = bare.command(name).description(summary);
    const { options } = await load();
    for (const option of [...options, ...SPEAKING]) command.addOption(optionOf(option));
  }
  addTab(bare, { completionCommandName: 'completion' });
  await bare.parseAsync(process.argv.slice(2), { from: 'user' });
}

/** Commander's own words for a usage error, in the one shape that all errors have. */
function usageError(text: string, voice: Voice): void {
  const [what = '', suggestion] = text
    .trim()
    .replace(/^error: /, '')
    .split('\n');
  const hint =
    suggestion?.replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1?') ??
    `rnn-pipe help${voice.command === 'rnn-pipe' ? '' : ` ${voice.command}`}`;
  printError(new PipeError('usage', what, { hint }), voice);
}

function complain(error: unknown, voice: Voice): number {
  if (error instanceof PipeError) {
    printError(error, voice);
    return EXIT_CODES[error.code];
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printError(new PipeError('bug', trace, { hint: 'this is a bug of rnn-pipe: please report it with the command and this text' }), voice);
  return EXIT_CODES.bug;
}

function printError(error: PipeError, { command, json, chalk }: Voice): void {
  const hint = error.hint ?? usualHint(error, command);
  if (json) {
    const { code, message, expected, found, place } = error;
    process.stderr.write(`${JSON.stringify({ level: 'error', command, code, message, ...place, expected, found, hint })}\n`);
    return;
  }
  const name = command === 'rnn-pipe' ? command : `rnn-pipe ${command}`;
  process.stderr.write(`${name}: ${chalk.red(`error[${error.code}]`)}: ${describe(error)}\n`);
  process.stderr.write(`${chalk.cyan('hint')}: ${hint}\n`);
}

/** Where an error has no hint of its own: how to see the line, or the command's help. */
function usualHint({ place: { file, line } }: PipeError, command: string): string {
  if (file !== undefined && file !== 'stdin' && line !== undefined) return `see the line: sed -n ${line}p ${file} | cut -c 1-300`;
  return command === 'rnn-pipe' ? 'rnn-pipe help' : `rnn-pipe help ${command}`;
}

/** Colour where the stream is a terminal and nobody said NO_COLOR (chalk itself does not look at it). */
function chalkFor(stream: NodeJS.WriteStream): ChalkInstance {
  const wanted = stream.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  return new Chalk({ level: wanted ? 1 : 0 });
}

/** SIGINT, SIGTERM and SIGHUP stop the run tidily; a second one ends it at once. */
function stopOnSignals(controller: AbortController): { exitCode: () => number } {
  let received: NodeJS.Signals | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      removeTemporaryFiles();
      if (received) process.exit(128 + constants.signals[name]);
      received = name;
      controller.abort();
      // whatever cannot be aborted (a native call, a read of a terminal) does not keep a stopped run alive; a checkpoint does
      setInterval(() => {
        if (!isSaving()) process.exit(128 + constants.signals[name]);
      }, 5000).unref();
    });
  return { exitCode: () => (received ? 128 + constants.signals[received] : 0) };
}
