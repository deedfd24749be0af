/** What this processor can do, as it says itself. */
import { R8, RAX, RBX, RCX, RDX, type Assembler } from './assembler.js';
import { exit, written, type Native } from './executable.js';
import { argument, next } from './tape.js';
import type { VectorSet } from './vectors.js';

export interface Processor {
  /** undefined: neither of both, and no machine code is written for it */
  vectors: VectorSet | undefined;
  /** has products of 8 bits, four of them added in 32 (AVX512-VNNI) */
  dotProducts: boolean;
}

/** Bits of the answers (Intel's manual, CPUID). */
const [FMA, SYSTEM_KEEPS, AVX] = [1 << 12, 1 << 27, 1 << 28];
const [AVX2, AVX512F, AVX512DQ, AVX512BW, AVX512VL] = [1 << 5, 1 << 16, 1 << 17, 1 << 30, 1 << 31];
const VNNI = 1 << 11;
/** registers that the system keeps for each thread: of AVX, and of AVX-512 beside them */
const [KEPT_AVX, KEPT_AVX512] = [0x6, 0xe6];

export function processorOf(native: Native): Processor {
  const answers = new Int32Array(16);
  const finish = native.install(written(exit));
  const asked = (ask: (code: Assembler) => void): void =>
    native.run(new BigUint64Array([native.install(written(ask)), native.addressOf(answers), finish].map(BigInt)));
  const none: Processor = { vectors: undefined, dotProducts: false };
  asked(features);
  const [, , basic, , , extended, more] = answers;
  const all = (answer: number | undefined, bits: number): boolean => (answer! & bits) === bits;
  if (!all(basic, FMA | SYSTEM_KEEPS | AVX) || !all(extended, AVX2)) return none;
  asked(keptRegisters);
  const [kept] = answers;
  if (!all(kept, KEPT_AVX)) return none;
  if (!all(extended, AVX512F | AVX512DQ | AVX512BW | AVX512VL) || !all(kept, KEPT_AVX512)) return { vectors: 'avx2', dotProducts: false };
  return { vectors: 'avx512', dotProducts: all(more, VNNI) };
}

/** Command: an address → there EAX, EBX, ECX and EDX of leaf 1, then of leaf 7. */
function features(code: Assembler): void {
  code.load(R8, argument(0));
  for (const [i, leaf] of [1, 7].entries()) {
    code.set(RAX, leaf);
    code.clear(RCX);
    code.cpuid();
    for (const [j, register] of [RAX, RBX, RCX, RDX].entries()) code.storeShort({ base: R8, offset: 16 * i + 4 * j }, register);
  }
  next(code, 1);
}

/** Command: an address → there which registers the system keeps. */
function keptRegisters(code: Assembler): void {
  code.load(R8, argument(0));
  code.clear(RCX);
  code.xgetbv();
  code.storeShort({ base: R8 }, RAX);
  next(code, 1);
}
