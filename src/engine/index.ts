/** The list of engines, and what of them is there. One line an engine. */
import { PipeError } from '../errors.js';
import { openJit } from './jit/engine.js';
import { openOnnx, openOnnxWasm } from './onnx/engine.js';
import type { Engine, EngineName, EngineOptions } from './ops.js';
import { openTfjs } from './tfjs/engine.js';

export const ENGINES: Readonly<Record<EngineName, (options: EngineOptions) => Promise<Engine>>> = {
  jit: openJit,
  onnx: openOnnx,
  'onnx-wasm': openOnnxWasm,
  tfjs: openTfjs,
};

/** Opens the engine; without a name `jit`, `onnx` where that cannot be had, and `onnx-wasm` where the native library is not installed either. */
export async function openEngine(name: EngineName | undefined, options: EngineOptions = {}): Promise<Engine> {
  if (name !== undefined) return ENGINES[name](options);
  return openJit(options)
    .catch(() => openOnnx(options))
    .catch(() => openOnnxWasm(options));
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
  for (const name of Object.keys(ENGINES) as EngineName[])
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
