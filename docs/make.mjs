// Writes docs/commands.md and docs/records.md from the definitions in the code; with --check it only compares.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { COMMANDS } from '../build/commands/index.js';
import { DOCUMENT_OUTPUT, RECORD_INPUT, RECORD_OUTPUT, SPEAKING, TEXT_INPUT, WORKERS } from '../build/commands/options.js';
import { EXIT_CODES } from '../build/errors.js';
import { FIELDS } from '../build/formats/record.js';

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const option = ({ flags, about, default: value, choices }) => [
  `\`${flags.replaceAll('|', '\\|')}\``,
  cell(about) + (choices ? ` (${choices.map((choice) => `\`${choice}\``).join(', ')})` : ''),
  value === undefined ? '' : `\`${value}\``,
];

const HEAD = ['option', 'what it does', 'default'];
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

/** Options that many commands have, described once below them all. */
const SHARED = [
  ['Reading raw text', [...TEXT_INPUT]],
  ['Reading records', [...RECORD_INPUT]],
  ['Writing records', [...RECORD_OUTPUT]],
  ['Writing a document', [...DOCUMENT_OUTPUT]],
  ['Threads', [WORKERS]],
];
const anchor = (title) => `[${title.toLowerCase()}](#${title.toLowerCase().replaceAll(' ', '-')})`;

/** The options of a command that are its own, and the shared lists that it has whole. */
function divided(options) {
  const shared = SHARED.filter(([, list]) => list.every((one) => options.includes(one)));
  return { own: options.filter((one) => !shared.some(([, list]) => list.includes(one))), shared };
}

function command({ name, summary, description, argument, options, examples }) {
  const { own, shared } = divided(options);
  const about = argument?.about.split('\n') ?? [];
  const parts = [
    `## ${name}`,
    sentence(summary),
    cell(description),
    ['```', `rnn-pipe ${name}${argument ? ` ${argument.name}` : ''} [options]`, '```'].join('\n'),
    (argument?.name.split(' ') ?? []).map((one, i) => `\`${one}\`: ${cell(about[i])}`).join('; '),
    own.length > 0 ? table(HEAD, own.map(option)) : '',
    shared.length > 0 ? `${own.length > 0 ? 'And the' : 'The'} options for ${shared.map(([title]) => anchor(title)).join(', ')}.` : '',
    examples.map((example) => `    ${example}`).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const commands = `# Commands

Made from the definitions in \`src/commands\` by \`npm run docs\`; \`rnn-pipe help <command>\` says the same.

${(await Promise.all(COMMANDS.map(async (entry) => command({ ...entry, ...(await entry.load()) })))).join('\n\n')}

## completion

Shell completion for bash, zsh, fish and powershell.

    source <(rnn-pipe completion bash)

${SHARED.map(([title, options]) => `## ${title}\n\n${table(HEAD, options.map(option))}`).join('\n\n')}

## Options of every command

${table(HEAD, SPEAKING.map(option))}

## Exit codes

${table(
  ['code', 'kind', 'when'],
  [
    ['0', '', 'done; also when the reader of stdout went away'],
    ...Object.entries(EXIT_CODES).map(([code, exit]) => [String(exit), `\`${code}\``, WHEN(code)]),
    ['128 + n', '', 'stopped by signal n, tidily'],
  ],
)}
`;

function WHEN(code) {
  return {
    usage: 'the command line is wrong, or an option does not apply',
    data: 'the data is wrong: file, line and hint say where',
    'no-input': 'an input is not there',
    bug: 'a bug of rnn-pipe',
    'cannot-create': 'the output cannot be created, or exists (`--force`)',
    io: 'reading or writing failed half-way',
    busy: 'busy: try again',
    mismatch: 'a vocabulary, dictionary or model is invalid, or not for this input',
  }[code];
}

const records = `# Records

A record is one sentence as a JSON object. Each step needs some fields, adds some, and hands on all others untouched.
Made from \`src/formats/record.ts\` by \`npm run docs\`.

${table(
  ['field', 'added by', 'kind', 'what it is'],
  Object.entries(FIELDS).map(([name, { step, kind, about }]) => [`\`${name}\``, `\`${step}\``, kind, cell(about)]),
)}
`;

let stale = 0;
for (const [name, text] of Object.entries({ 'commands.md': commands, 'records.md': records })) {
  const file = new URL(name, import.meta.url);
  const made = await format(text, { parser: 'markdown', printWidth: 140 });
  if (!process.argv.includes('--check')) writeFileSync(file, made);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== made) {
    stale++;
    console.error(`docs/${name} is not in step with the code: npm run docs`);
  }
}
process.exitCode = stale ? 1 : 0;
