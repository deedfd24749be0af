/** What computes: the options, and the engine that they choose. */
import type { Engine, EngineName } from '../engine/ops.js';
import type { OptionDefinition, Options } from './command.js';
import { wholeNumber } from './options.js';

/** Options of the commands that compute with an engine. */
export const ENGINE_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--engine <name>',
    about: 'what computes (default: the first of these that this machine has)',
    choices: ['jit', 'onnx', 'onnx-wasm', 'tfjs'],
  },
  { flags: '--threads <n>', about: 'threads of the engine (default: the cores)', parse: wholeNumber('--threads', 1) },
];

/** Engines are loaded where one is opened. */
export async function engineOf({ engine, threads }: Options): Promise<Engine> {
  const { openEngine } = await import('../engine/index.js');
  return openEngine(engine as EngineName | undefined, { threads: threads as number | undefined });
}
