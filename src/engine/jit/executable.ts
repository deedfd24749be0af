/**
 * Machine code made to run: memory that the processor may execute, calls into it, and addresses of arrays. The border between TypeScript and
 * machine code is this file alone; it goes through koffi, which calls functions of C by their address.
 *
 * Memory is written first and made executable then, never both at once.
 */
import { assembler, R12, R13, R14, R15, RAX, RBP, RBX, RDI, RSP, type Assembler, type Memory } from './assembler.js';

/** What of the system is needed; loaded once a thread. */
export interface Native {
  /** Code made executable, for as long as the process lives. @returns its address */
  install: (code: Uint8Array) => number;
  /** the address of an array's first byte; the array must be kept while it is used */
  addressOf: (array: ArrayBufferView) => number;
  /** Runs commands (`tape.ts`) in this thread. @throws Error where an integer chose a row or number that there is not; what was computed with it is of no use */
  run: (tape: ArrayBufferView) => void;
  /** Runs them in another one; this one goes on. Memory that they use must be kept until the promise settles. */
  runApart: (tape: ArrayBufferView) => Promise<void>;
}

/** What is used of koffi. Its own types are not: the package may be absent where this is compiled. */
interface Koffi {
  load: (path: null) => { func: (prototype: string) => (...given: unknown[]) => unknown };
  proto: (prototype: string) => object;
  decode: (address: bigint, type: object) => unknown;
}
interface Run {
  (tape: ArrayBufferView): number;
  async: (tape: ArrayBufferView, done: (error: Error | null, fault: number) => void) => void;
}

const PAGE = 4096;
const [READ, WRITE, EXECUTE] = [1, 2, 4];
/** MAP_PRIVATE | MAP_ANONYMOUS */
const ANONYMOUS = process.platform === 'linux' ? 0x22 : 0x1002;

/** Where the calling convention of System V is that of the system. */
export const isSystemV = (): boolean => process.arch === 'x64' && process.platform !== 'win32';

/** @throws Error where koffi is not installed, or memory cannot be made executable */
export async function openNative(): Promise<Native> {
  const optional = 'koffi';
  const { default: koffi } = (await import(optional)) as { default: Koffi };
  const system = koffi.load(null);
  const mmap = system.func('void *mmap(void *at, size_t length, int access, int flags, int file, int64_t offset)');
  const mprotect = system.func('int mprotect(void *at, size_t length, int access)');
  const copy = system.func('void *memcpy(void *to, const void *from, size_t length)');
  const addressAt = koffi.proto('uint64_t (const void *array)');
  const runAt = koffi.proto('int64_t (void *tape)');

  function install(code: Uint8Array): bigint {
    const length = Math.ceil(code.length / PAGE) * PAGE;
    const at = mmap(null, length, READ | WRITE, ANONYMOUS, -1, 0) as bigint;
    if (at === 0xffff_ffff_ffff_ffffn) throw new Error('no memory for machine code');
    copy(at, code, code.length);
    if (mprotect(at, length, READ | EXECUTE) !== 0) throw new Error('memory cannot be made executable');
    return at;
  }

  const addressOf = koffi.decode(install(written(returnArgument)), addressAt) as (array: ArrayBufferView) => number;
  const run = koffi.decode(install(written(entry)), runAt) as Run;
  return {
    install: (code) => Number(install(code)),
    addressOf: (array) => addressOf(array),
    run: (tape) => checkFault(run(tape)),
    runApart: async (tape) => {
      const done = new Promise<number>((resolve, reject) =>
        run.async(tape, (error: Error | null, fault) => (error ? reject(error) : resolve(fault))),
      );
      checkFault(await done);
    },
  };
}

function checkFault(fault: number): void {
  if (fault !== 0) throw new Error('an index is outside of its table');
}

/** The bytes of code. */
export function written(write: (code: Assembler) => void): Uint8Array {
  const code = assembler();
  write(code);
  return code.finish();
}

function returnArgument(code: Assembler): void {
  code.move(RAX, RDI);
  code.return();
}

/** Registers that a function must leave as they were. */
const KEPT = [RBX, RBP, R12, R13, R14, R15];

/** Bytes of the stack that kernels may use, from where the stack pointer is; aligned to a vector. */
export const FRAME = 8192;
const [CONTROL, OWN_CONTROL, STACK] = [FRAME, FRAME + 4, FRAME + 8];
/** On the stack: not 0 when a kernel was given an integer that chooses nothing. */
export const FAULT: Memory = { base: RSP, offset: FRAME + 16 };
/** Denormal numbers are taken as zeros and made zeros: vanishing gradients would take sixteen times as long. */
const NO_DENORMALS = 0x8040;

/** Begins with the first command of a tape: each jumps to the next, and `exit` is the last. */
function entry(code: Assembler): void {
  for (const register of KEPT) code.push(register);
  code.move(RBP, RSP);
  code.subtract(RSP, { number: FRAME + 64 });
  code.and(RSP, { number: -64 });
  code.store({ base: RSP, offset: STACK }, RBP);
  code.clear(RAX);
  code.store(FAULT, RAX);
  code.storeControl({ base: RSP, offset: CONTROL });
  code.load(RAX, { base: RSP, offset: CONTROL });
  code.or(RAX, { number: NO_DENORMALS });
  code.storeShort({ base: RSP, offset: OWN_CONTROL }, RAX);
  code.loadControl({ base: RSP, offset: OWN_CONTROL });
  code.jumpTo({ base: RDI });
}

/** The last command of a tape. */
export function exit(code: Assembler): void {
  code.clearUpper();
  code.loadControl({ base: RSP, offset: CONTROL });
  code.load(RAX, FAULT);
  code.load(RSP, { base: RSP, offset: STACK });
  for (const register of KEPT.toReversed()) code.pop(register);
  code.return();
}
