/** The command line itself: mistakes in it, help and its examples, completion, and how stderr speaks. */
import { readFileSync } from 'node:fs';
import type { CommandDefinition } from '../../src/commands/command.js';
import { COMMANDS } from '../../src/commands/index.js';
import { freshFolder } from '../support/cli.js';
import { refused, useFolder } from './support.js';

const folder = useFolder();

test.each([
  ['rnn-pipe tokenise', ['tokenize']],
  ['rnn-pipe pad --lenght 3', ['--length']],
  ['rnn-pipe pad --length=-1', ['--length', 'whole number']],
  ['rnn-pipe pad --length 0', ['at least 1']],
  ['rnn-pipe embed --dim 1e3', ['--dim', '1e3']],
  ['rnn-pipe rnn --cell lsmt', ['lsmt', 'lstm']],
  ['rnn-pipe tokenize --backend builtin --hmm', ['--hmm does not apply', '--backend nodejieba']],
  ['rnn-pipe tokenize --segmenter intl --hmm', ['--hmm does not apply', 'jieba']],
  ['rnn-pipe tokenize --segmenter characters --user-dict examples/words.txt', ['--user-dict does not apply']],
  ['rnn-pipe rnn --cell lstm --reset before', ['--reset does not apply', '--cell gru']],
  ['rnn-pipe rnn --layout keras', ['--layout does not apply', '--weights']],
  ['rnn-pipe rnn --weights w.safetensors', ['--layout pytorch']],
  ['rnn-pipe pad --bad-out bad', ['--bad-out does not apply', '--on-bad quarantine']],
  ['rnn-pipe pad --max-bad 3', ['--max-bad does not apply', '--on-bad quarantine']],
  ['rnn-pipe run --to tokenize --units 3', ['--units does not apply', 'sentences … tokenize']],
  ['rnn-pipe run --from pad --to output --hmm', ['--hmm does not apply', 'pad … output']],
  ['rnn-pipe run --from pad --to encode', ['--from comes after --to']],
  ['rnn-pipe classify', ['no labels', '--labels finance,sports']],
  ['rnn-pipe classify --labels a,a', ['"a" is given twice']],
  ['rnn-pipe classify --labels a,b --top-k 3', ['--top-k is larger', 'at most 2']],
  ['rnn-pipe encode', ['no vocabulary', '--vocab vocabulary.json']],
  ['rnn-pipe inspect', ['file']],
  ['rnn-pipe check nothing', ['padding']],
  ['rnn-pipe completion tcsh', ['bash, zsh, fish']],
  ['rnn-pipe vocab --merge', ['nothing to merge']],
] as const)('%s', (line, says) => {
  refused(folder(), `${line} < examples/padded.jsonl`, { code: 'usage', says });
});

const commands: (CommandDefinition & { name: string })[] = [];
for (const { name, load } of COMMANDS) commands.push({ name, ...(await load()) });
const examples = commands.flatMap(({ name, examples }) => examples.map((example) => [name, example] as const));

test.each(commands.map(({ name, options }) => [name, options] as const))('help for %s: every option and an example', (name, options) => {
  const { code, stdout, stderr } = folder().run([name, '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const { flags } of options) expect(stdout).toContain(/--[a-z-]+/.exec(flags)![0]);
  expect(stdout).toMatch(/Examples:\n {2}rnn-pipe /);
  expect(folder().run(['help', name]).stdout).toBe(stdout);
});

test.each(examples)('example of %s: %s', (_, example) => {
  expect(folder().shell(example)).toMatchObject({ code: 0 });
});

test('--version is that of package.json; without a command the help is shown', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(folder().run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  expect(folder().run(['--help']).stdout).toContain('The eight steps:');
});

test('completion: a script that bash takes, and the suggestions that it asks for', () => {
  expect(folder().shell('rnn-pipe completion bash > c.sh && bash -n c.sh && source c.sh && complete -p rnn-pipe').stdout).toContain(
    'rnn-pipe',
  );
  expect(folder().run(['complete', '--', 'tok']).stdout).toContain('tokenize');
  expect(folder().run(['complete', '--', 'pad', '--le']).stdout).toContain('--length');
  expect(folder().run(['complete', '--', 'rnn', '--cell', '']).code).toBe(0);
});

test('--quiet says nothing but errors; --log json says JSON lines; there is no colour without a terminal', () => {
  expect(folder().shell('rnn-pipe run examples/headlines.tsv --to encode -q').stderr).toBe('');
  expect(folder().shell('rnn-pipe sentences nothing.txt -q').stderr).toMatch(/error\[no-input\]/);
  for (const line of [
    'run examples/headlines.tsv --to encode --log json',
    'sentences nothing.txt --log json',
    'pad examples/tokens.jsonl --log json',
  ]) {
    const said = folder()
      .shell(`rnn-pipe ${line}`)
      .stderr.trim()
      .split('\n')
      .map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(said.length).toBeGreaterThan(0);
    for (const one of said)
      expect(one).toMatchObject({ level: expect.stringMatching(/^(note|summary|error)$/) as unknown, command: line.split(' ')[0] });
  }
  expect(folder().shell('env -u NO_COLOR rnn-pipe pad examples/tokens.jsonl').stderr).not.toMatch(/\u001b/);
});

test('the summary tells the seconds of the whole command, its start and a pass before the run counted, which here waits for its input', () => {
  for (const command of ['run --to encode', 'run --from sentences --to pad --length auto']) {
    const { stderr } = folder().shell(`{ sleep 1; cat examples/news.txt; } | rnn-pipe ${command} --log json -o ids.jsonl --force`);
    const summary = JSON.parse(stderr.trim().split('\n').at(-1)!) as { level: string; seconds: number };
    expect(summary.level).toBe('summary');
    expect(summary.seconds).toBeGreaterThan(0.5);
  }
});

test('NO_COLOR on a terminal', () => {
  const fresh = freshFolder();
  const tty = (environment: string): string => fresh.shell(`${environment} script -qec 'rnn-pipe pad nothing.jsonl' /dev/null`).stdout;
  expect(tty('env -u NO_COLOR TERM=xterm')).toContain('\u001b[31merror');
  expect(tty('env NO_COLOR=1 TERM=xterm')).toContain('pad: error[no-input]');
  expect(tty('env NO_COLOR=1 TERM=xterm')).not.toContain('\u001b[31m');
  fresh.remove();
});
