/**
 * Vector instructions of one width, for processors with AVX2 and FMA (8 floats) or AVX-512 (16 floats): what kernels are written in, once
 * for both. A number has the same bits on both, since each is rounded alike and none of these instructions is an estimate.
 */
import type { Assembler, Memory, VectorInstruction, VectorOperands } from './assembler.js';

/** One number at all places; by its bits where it is none that arithmetic leaves as it is, such as a denormal one. */
export type Same = { value: number } | { bits: number };

/** A vector's register by its number; what lies in memory; or one number at all places. */
export type Operand = number | Memory | Same;

export type VectorSet = 'avx2' | 'avx512';

const float = (opcode: number): VectorInstruction => ({ table: 1, prefix: 0, opcode });
const integer = (opcode: number): VectorInstruction => ({ table: 1, prefix: 1, opcode });
const fused = (opcode: number): VectorInstruction => ({ table: 2, prefix: 1, opcode });

/** Instructions of three operands that both sets have. */
const THREE = {
  add: float(0x58),
  multiply: float(0x59),
  subtract: float(0x5c),
  min: float(0x5d),
  divide: float(0x5e),
  max: float(0x5f),
  and: float(0x54),
  andNot: float(0x55),
  or: float(0x56),
  xor: float(0x57),
  addIntegers: integer(0xfe),
  /** to ± first × third */
  multiplyAdd: fused(0xb8),
  subtractProduct: fused(0xbc),
  /** to × first + third */
  multiplyByAdd: fused(0xa8),
  /** to each 32 bits of `to` the four products of bytes without a sign, of first, and bytes with one; processors with VNNI alone */
  addDotProducts: fused(0x50),
  /** of bytes without a sign, of first, and bytes with one the products, two and two added in 16 bits */
  pairsOfBytes: fused(0x04),
  /** of numbers of 16 bits the products, two and two added in 32 */
  pairsOfShorts: integer(0xf5),
} as const;

/** Instructions of two operands. */
const TWO = {
  squareRoot: float(0x51),
  /** to integers, to the nearest one, of two the even one */
  toIntegers: integer(0x5b),
  fromIntegers: float(0x5b),
} as const;

const [LOAD, STORE] = [float(0x10), float(0x11)];
const BROADCAST = fused(0x18);
const ROUND: VectorInstruction = { table: 3, prefix: 1, opcode: 0x08 };
const SHIFT = integer(0x72);
const COMPARE = float(0xc2);
const [LOAD_MASKED, STORE_MASKED] = [fused(0x2c), fused(0x2e)];
const AT_LEAST = 0x1d;
const MORE = 0x1e;
const TO_NEAREST = 8;
const [SHUFFLE_QUARTERS, SWAP_HALVES, SHUFFLE_WITHIN]: VectorInstruction[] = [
  { table: 3, prefix: 1, opcode: 0x43 },
  { table: 3, prefix: 1, opcode: 0x06 },
  { table: 3, prefix: 1, opcode: 0x04 },
];
const [BLEND_BY_MASK, BLEND_BY_VECTOR]: VectorInstruction[] = [fused(0x65), { table: 3, prefix: 1, opcode: 0x4a }];
const SIGNS = float(0x50);
const BYTES: VectorInstruction = { table: 2, prefix: 2, opcode: 0x11 };
const [UPPER_HALF, TO_SHORTS, TO_BYTES, STORE_EIGHT_BYTES]: VectorInstruction[] = [
  { table: 3, prefix: 1, opcode: 0x39 },
  integer(0x6b),
  integer(0x67),
  integer(0xd6),
];

/** Numbers are summed along a row in so many sums, whatever a vector's width: so a sum is the same on all processors. */
export const BLOCK_COLUMNS = 16;

export type Vectors = ReturnType<typeof vectors>;

/** Vector instructions that write into the code. */
export function vectors(code: Assembler, set: VectorSet) {
  const wide = set === 'avx512';
  const lanes = wide ? 16 : 8;
  const size = wide ? 64 : 32;
  /** where the tail's mask is */
  const TAIL = wide ? 1 : 15;

  function emit(instruction: VectorInstruction, register: number, second: number | undefined, third: Operand, immediate?: number): void {
    const isSame = typeof third === 'object' && ('value' in third || 'bits' in third);
    const operands: VectorOperands = {
      register,
      second,
      third: isSame ? constantOf(third, wide ? 1 : lanes) : third,
      immediate,
      size,
    };
    if (wide) code.evex(instruction, operands, { broadcast: isSame });
    else code.vex(instruction, operands);
  }

  const three = Object.fromEntries(
    Object.entries(THREE).map(([name, instruction]) => [
      name,
      (to: number, first: number, third: Operand) => emit(instruction, to, first, third),
    ]),
  ) as Record<keyof typeof THREE, (to: number, first: number, third: Operand) => void>;
  const two = Object.fromEntries(
    Object.entries(TWO).map(([name, instruction]) => [name, (to: number, from: Operand) => emit(instruction, to, undefined, from)]),
  ) as Record<keyof typeof TWO, (to: number, from: Operand) => void>;

  return {
    ...three,
    ...two,
    set,
    lanes,
    /** bytes */
    size,
    /** how many registers kernels may use */
    registers: wide ? 32 : 15,
    load: (to: number, from: Memory) => emit(LOAD, to, undefined, from),
    store: (to: Memory, from: number) => emit(STORE, from, undefined, to),
    move: (to: number, from: number) => emit(LOAD, to, undefined, from),
    clear: (to: number) => emit(THREE.xor, to, to, to),
    /** one number to all places */
    broadcast(to: number, from: Memory | Same): void {
      const at = 'value' in from || 'bits' in from ? constantOf(from, 1) : from;
      if (wide) code.evex(BROADCAST, { register: to, third: at, size }, { memorySize: 4 });
      else code.vex(BROADCAST, { register: to, third: at, size });
    },
    /** to the nearest integer, of two the even one */
    round: (to: number, from: Operand) => emit(ROUND, to, undefined, from, TO_NEAREST),
    shiftLeft: (to: number, from: number, bits: number) => emit(SHIFT, 6, to, from, bits),
    shiftRight: (to: number, from: number, bits: number) => emit(SHIFT, 2, to, from, bits),
    /** 1 where first ≥ third, else 0 */
    atLeast(to: number, first: number, third: Operand): void {
      if (wide) {
        emit(COMPARE, COMPARED, first, third, AT_LEAST);
        code.evex(BROADCAST, { register: to, third: constantOf({ value: 1 }, 1), size }, { mask: COMPARED, zeroing: true, memorySize: 4 });
      } else {
        emit(COMPARE, to, first, third, AT_LEAST);
        three.and(to, to, { value: 1 });
      }
    },
    /**
     * The mask of the first so many places, which `loadTail` and `storeTail` use, from memory that `tailMask` fills.
     *
     * @param by a general register that may be lost
     */
    setTail(from: Memory, by: number): void {
      if (wide) {
        code.loadShort(by, from);
        code.setMask(TAIL, by);
      } else emit(LOAD, TAIL, undefined, from);
    },
    /** zeros at the other places; what lies there is not read */
    loadTail(to: number, from: Memory): void {
      if (wide) code.evex(LOAD, { register: to, third: from, size }, { mask: TAIL, zeroing: true });
      else code.vex(LOAD_MASKED, { register: to, second: TAIL, third: from, size });
    },
    /** `inside` at the tail's places, `outside` at the others */
    selectTail(to: number, inside: number, outside: number): void {
      if (wide) code.evex(BLEND_BY_MASK!, { register: to, second: outside, third: inside, size }, { mask: TAIL });
      else code.vex(BLEND_BY_VECTOR!, { register: to, second: outside, third: inside, immediate: TAIL << 4, size });
    },
    /** to each place what the operation makes of all of them, half with half; `spare` is lost */
    fold(operation: 'add' | 'max', x: number, spare: number): void {
      const steps: (() => void)[] = [
        ...(wide ? [() => emit(SHUFFLE_QUARTERS!, spare, x, x, 0x4e), () => emit(SHUFFLE_QUARTERS!, spare, x, x, 0xb1)] : []),
        ...(wide ? [] : [() => emit(SWAP_HALVES!, spare, x, x, 0x01)]),
        () => emit(SHUFFLE_WITHIN!, spare, undefined, x, 0x4e),
        () => emit(SHUFFLE_WITHIN!, spare, undefined, x, 0xb1),
      ];
      for (const step of steps) {
        step();
        three[operation](x, x, spare);
      }
    },
    /** a byte for each integer of 0 … 255; it may be lost, as `spare` is */
    storeBytes(to: Memory, from: number, spare: number): void {
      if (wide) {
        code.evex(BYTES, { register: from, third: to, size }, { memorySize: lanes });
        return;
      }
      code.vex(UPPER_HALF!, { register: from, third: spare, immediate: 1, size });
      code.vex(TO_SHORTS!, { register: from, second: from, third: spare, size: 16 });
      code.vex(TO_BYTES!, { register: from, second: from, third: from, size: 16 });
      code.vex(STORE_EIGHT_BYTES!, { register: from, third: to, size: 16 });
    },
    /** the first number of a vector */
    storeFirst: (to: Memory, from: number) => code.vex({ ...STORE, prefix: 2 }, { register: from, second: 0, third: to, size: 16 }),
    /** to a general register one bit a place: first > third */
    more(to: number, first: number, third: Operand): void {
      if (wide) {
        emit(COMPARE, COMPARED, first, third, MORE);
        code.getMask(to, COMPARED);
      } else {
        emit(COMPARE, 14, first, third, MORE);
        code.vex(SIGNS, { register: to, third: 14, size });
      }
    },
    /** what lies at the other places is not written */
    storeTail(to: Memory, from: number): void {
      if (wide) code.evex(STORE, { register: from, third: to, size }, { mask: TAIL });
      else code.vex(STORE_MASKED, { register: from, second: TAIL, third: to, size });
    },
  };
}

/** the mask register that a comparison writes */
const COMPARED = 2;

/** The bytes of a number, so many times. */
function constantOf(number: Same, times: number): Memory {
  const all = 'bits' in number ? new Uint32Array(times).fill(number.bits) : new Float32Array(times).fill(number.value);
  return { constant: { bytes: new Uint8Array(all.buffer) } };
}
