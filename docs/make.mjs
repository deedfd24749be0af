// Writes docs/commands.md and docs/records.md from the definitions in the code; with --check it only compares.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { COMMANDS } from '../dist/commands/index.js';
import { SPEAKING } from '../dist/commands/options.js';
import { EXIT_CODES } from '../dist/errors.js';
import { FIELDS } from '../dist/formats/record.js';

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const option = ({ flags, about, default: value, choices, repeatable }) => [
  `\`${flags.replaceAll('|', '\\|')}\``,
  cell(about) + (choices ? ` (${choices.map((choice) => `\`${choice}\``).join(', ')})` : '') + (repeatable ? '; several times' : ''),
  value === undefined ? '' : `\`${value}\``,
];

const commands = `# Commands

Made from the definitions in \`src/commands\` by \`npm run docs\`; \`rnn-pipe help <command>\` says the same.

${COMMANDS.map(
  ({ name, summary, description, argument, options, examples }) => `## ${name}

${summary}.

${cell(description)}

\`\`\`
rnn-pipe ${name}${argument ? ` ${argument.name}` : ''} [options]
\`\`\`

${table(['option', 'what it does', 'default'], options.map(option))}

${examples.map((example) => `    ${example}`).join('\n')}
`,
).join('\n')}
## Options of every command

${table(['option', 'what it does', 'default'], SPEAKING.map(option))}

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
