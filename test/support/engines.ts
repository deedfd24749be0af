/** The engines that this machine has; a test of one that is missing is reported as skipped. */
import { engineStatus, ENGINES, openEngine } from '../../src/engine/index.js';
import type { Engine, EngineName } from '../../src/engine/ops.js';

const available = new Set((await engineStatus()).filter((engine) => engine.available).map(({ name }) => name));

/** Runs the tests of `define` for every engine. */
export function describeEngines(define: (open: () => Promise<Engine>, name: EngineName) => void): void {
  for (const name of Object.keys(ENGINES) as EngineName[]) {
    const describing = available.has(name) ? describe : describe.skip;
    describing(name, () => define(() => openEngine(name, { threads: 1 }), name));
  }
}
