/**
 * Turns for the rest of a thread. An engine that computes in the thread that asks gives its results as promises that are kept already, and
 * who asks for run after run would keep signals, timers and files waiting for all of them.
 */
import type { Engine, Program } from './ops.js';

/** Milliseconds after which others have their turn. */
const LONG = 20;

/** The same engine; between runs all that waits in this thread is done, now and then. */
export function withTurns(engine: Engine): Engine {
  let last = performance.now();
  const turn = async <T>(running: Promise<T>): Promise<T> => {
    const results = await running;
    if (performance.now() - last < LONG) return results;
    await new Promise((resolve) => setImmediate(resolve));
    last = performance.now();
    return results;
  };
  const turning = (program: Program): Program => ({
    ...program,
    run: (feeds, into) => turn(program.run(feeds, into)),
    runAll: (common, runs) => turn(program.runAll(common, runs)),
    runInto: (common, runs, placings) => turn(program.runInto(common, runs, placings)),
  });
  return { ...engine, compile: async (inputs, build, options) => turning(await engine.compile(inputs, build, options)) };
}
