/** The list of engines, and what of them is there. One line an engine; each is loaded when it is opened. */
import { PipeError } from '../errors.js';
import type { Engine, EngineName, EngineOptions } from './ops.js';
import { withTurns } from './turns.js';

/** In the order in which they are preferred. */
export const ENGINES: Readonly<Record<EngineName, (options: EngineOptions) => Promise<Engine>>> = {
  jit: async (options) => (await import('./jit/engine.js')).openJit(options),
  onnx: async (options) => (await import('./onnx/engine.js')).openOnnx(options),
  'onnx-wasm': async (options) => (await import('./onnx/engine.js')).openOnnxWasm(options),
  tfjs: async () => (await import('./tfjs/engine.js')).openTfjs(),
};

const NAMES = Object.keys(ENGINES) as EngineName[];

/** Opens the engine; without a name the first that can be had. @throws PipeError('usage') where it cannot be */
export async function openEngine(name: EngineName | undefined, options: EngineOptions = {}): Promise<Engine> {
  if (name !== undefined) return withTurns(await ENGINES[name](options));
  let last: unknown;
  for (const one of NAMES)
    try {
      return withTurns(await ENGINES[one](options));
    } catch (error) {
      // it is not installed; anything else is a bug
      if (!(error instanceof PipeError)) throw error;
      last = error;
    }
  throw last;
}

export interface EngineStatus {
  name: EngineName;
  available: boolean;
  /** what computes; or what is missing and what to type */
  about: string;
}

/** Every engine, tried. */
export async function engineStatus(): Promise<EngineStatus[]> {
  const status: EngineStatus[] = [];
  for (const name of NAMES)
    status.push(
      await ENGINES[name]({}).then(
        ({ description }) => ({ name, available: true, about: description }),
        (error: unknown) => ({
          name,
          available: false,
          about: error instanceof PipeError ? `${error.message}: ${error.hint ?? ''}` : String(error),
        }),
      ),
    );
  return status;
}
