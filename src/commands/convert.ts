/** `convert`: records from one format to another, and nothing else. */
import type { CommandDefinition } from './command.js';
import { RECORD_INPUT, RECORD_OUTPUT, WORKERS } from './options.js';
import { runAndTell, withRequest } from './step-command.js';

export const convertCommand: CommandDefinition = {
  description: 'Reads records in any format and writes them in another, unchanged. Arrow is opened by pandas, Polars, DuckDB and Spark.',
  argument: { name: '[input...]', about: 'files of records; - is stdin (default)' },
  options: [...RECORD_INPUT, ...RECORD_OUTPUT, WORKERS],
  examples: ['rnn-pipe convert examples/states.jsonl -o states.arrow'],
  run: (invocation) => withRequest(invocation, [], false, (request) => runAndTell(invocation, request)),
};
