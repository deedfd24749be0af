/**
 * x86-64 machine code, instruction by instruction (Intel 64 Architectures Software Developer's Manual, volume 2): bytes, labels and
 * constants that lie behind the code. What is computed with it is said elsewhere; vector instructions are in `vectors.ts`.
 */

/** A general register of 64 bits, by the number that instructions know it by. */
export const [RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
export const [R8, R9, R10, R11, R12, R13, R14, R15] = [8, 9, 10, 11, 12, 13, 14, 15] as const;

/** What lies at `base + index × scale + offset`, in bytes; or a constant behind the code. */
export type Memory = { base: number; index?: number; scale?: 1 | 2 | 4 | 8; offset?: number } | { constant: Constant };

/** Bytes behind the code, aligned to their length. */
export interface Constant {
  bytes: Uint8Array;
}

/** A place in the code that jumps go to; it may be bound after them. */
export interface Label {
  at: number | undefined;
  /** where the distance to it is to be written */
  from: number[];
}

/** What a comparison has found, of integers with a sign; `below` of integers without one. */
export type Condition = 'below' | 'equal' | 'less' | 'atLeast' | 'more';
const CONDITIONS: Readonly<Record<Condition, number>> = { below: 0x2, equal: 0x4, less: 0xc, atLeast: 0xd, more: 0xf };

/** The opcode of an operation of two registers, and what stands for it beside an immediate number. */
const ARITHMETIC = { add: [0x01, 0], or: [0x09, 1], and: [0x21, 4], subtract: [0x29, 5], xor: [0x31, 6], compare: [0x39, 7] } as const;
type Arithmetic = (to: number | Memory, from: number | { number: number }) => void;

/** How a vector instruction is encoded. */
export interface VectorInstruction {
  /** the table that its opcode is in: 1 = 0F, 2 = 0F 38, 3 = 0F 3A */
  table: 1 | 2 | 3;
  /** the prefix that it would have: 0 = none, 1 = 66, 2 = F3, 3 = F2 */
  prefix: 0 | 1 | 2 | 3;
  opcode: number;
  wide?: boolean;
}

/** The operands and kind of a vector instruction. */
export interface VectorOperands {
  /** what stands in the field reg: a vector's number, or a digit of the opcode */
  register: number;
  /** what stands in the field vvvv */
  second?: number | undefined;
  /** a vector's number, or what is read or written */
  third: number | Memory;
  immediate?: number | undefined;
  /** bytes of a vector */
  size: 16 | 32 | 64;
}

/** What only instructions of AVX-512 have. */
export interface Masking {
  mask?: number | undefined;
  /** numbers that the mask leaves out become zeros; else they stay */
  zeroing?: boolean;
  /** one number of memory serves all places of the vector */
  broadcast?: boolean;
  /** bytes that are read or written: what short offsets are counted in (default: the vector's, or a number's where it is broadcast) */
  memorySize?: number;
}

export type Assembler = ReturnType<typeof assembler>;

/** Machine code as it is written. */
export function assembler() {
  let bytes = new Uint8Array(4096);
  let length = 0;
  const constants: { constant: Constant; from: { at: number; next: number }[] }[] = [];

  function byte(...values: readonly number[]): void {
    if (length + values.length > bytes.length) {
      const larger = new Uint8Array(2 * bytes.length);
      larger.set(bytes);
      bytes = larger;
    }
    for (const value of values) bytes[length++] = value;
  }
  const integer = (value: number): void => byte(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff);
  const patch = (at: number, value: number): void => new DataView(bytes.buffer).setInt32(at, value, true);

  /** The bits above the third of the numbers of registers, which stand in a prefix. */
  const high = (number: number | undefined): number => ((number ?? 0) >> 3) & 1;
  const baseOf = (operand: number | Memory): number | undefined =>
    typeof operand === 'object' && 'base' in operand ? operand.base : undefined;
  const indexOf = (operand: number | Memory): number | undefined =>
    typeof operand === 'object' && 'base' in operand ? operand.index : undefined;

  /**
   * ModRM, SIB and displacement.
   *
   * @param unit what a displacement of one byte is counted in
   * @param behind bytes of the instruction that follow
   */
  function operandBytes(register: number, operand: number | Memory, unit: number, behind: number): void {
    const field = (register & 7) << 3;
    if (typeof operand === 'number') {
      byte(0xc0 | field | (operand & 7));
      return;
    }
    if ('constant' in operand) {
      byte(field | 5);
      const known = constants.find(({ constant }) => same(constant, operand.constant));
      const entry = known ?? { constant: operand.constant, from: [] };
      if (!known) constants.push(entry);
      entry.from.push({ at: length, next: length + 4 + behind });
      integer(0);
      return;
    }
    const { base, index, scale = 1, offset = 0 } = operand;
    if (index === RSP) throw new Error('the stack pointer cannot be an index');
    const short = offset % unit === 0 && offset / unit >= -128 && offset / unit <= 127;
    // rbp and r13 always have a displacement
    const mode = offset === 0 && (base & 7) !== RBP ? 0 : short ? 0x40 : 0x80;
    if (index === undefined && (base & 7) !== RSP) byte(mode | field | (base & 7));
    else byte(mode | field | 4, (Math.log2(scale) << 6) | (((index ?? RSP) & 7) << 3) | (base & 7));
    if (mode === 0x40) byte((offset / unit) & 0xff);
    else if (mode === 0x80) integer(offset);
  }

  /** An instruction of general registers of 64 bits; `short` of 32, whose result has zeros above. */
  function general(
    opcode: readonly number[],
    register: number,
    operand: number | Memory,
    behind: readonly number[] = [],
    short = false,
  ): void {
    const rex =
      0x40 |
      (short ? 0 : 8) |
      (high(register) << 2) |
      (high(indexOf(operand)) << 1) |
      high(typeof operand === 'number' ? operand : baseOf(operand));
    if (rex !== 0x40) byte(rex);
    byte(...opcode);
    operandBytes(register, operand, 1, behind.length);
    byte(...behind);
  }

  const four = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff];

  function vex({ table, prefix, opcode, wide }: VectorInstruction, { register, second = 0, third, immediate, size }: VectorOperands): void {
    const b = typeof third === 'number' ? third : baseOf(third);
    byte(0xc4, ((1 - high(register)) << 7) | ((1 - high(indexOf(third))) << 6) | ((1 - high(b)) << 5) | table);
    byte((wide ? 0x80 : 0) | ((~second & 15) << 3) | (size === 32 ? 4 : 0) | prefix, opcode);
    operandBytes(register, third, 1, immediate === undefined ? 0 : 1);
    if (immediate !== undefined) byte(immediate);
  }

  function evex(
    { table, prefix, opcode, wide }: VectorInstruction,
    { register, second = 0, third, immediate, size }: VectorOperands,
    { mask = 0, zeroing = false, broadcast = false, memorySize = broadcast ? 4 : size }: Masking = {},
  ): void {
    const b = typeof third === 'number' ? third : baseOf(third);
    // the fifth bit of a vector's number in the field rm stands where an index has its fourth
    const x = typeof third === 'number' ? (third >> 4) & 1 : high(indexOf(third));
    const bits = ((1 - high(register)) << 7) | ((1 - x) << 6) | ((1 - high(b)) << 5) | ((1 - ((register >> 4) & 1)) << 4);
    byte(0x62, bits | table, (wide ? 0x80 : 0) | ((~second & 15) << 3) | 4 | prefix);
    byte((zeroing ? 0x80 : 0) | ((size / 32) << 5) | (broadcast ? 0x10 : 0) | ((1 - ((second >> 4) & 1)) << 3) | mask, opcode);
    operandBytes(register, third, memorySize, immediate === undefined ? 0 : 1);
    if (immediate !== undefined) byte(immediate);
  }

  function distance(label: Label): void {
    if (label.at === undefined) label.from.push(length);
    integer(label.at === undefined ? 0 : label.at - (length + 4));
  }

  const arithmetic = Object.fromEntries(
    Object.entries(ARITHMETIC).map(([name, [opcode, digit]]): [string, Arithmetic] => [
      name,
      (to, from) => {
        if (typeof from === 'number') general([opcode], from, to);
        else if (from.number >= -128 && from.number <= 127) general([0x83], digit, to, [from.number & 0xff]);
        else general([0x81], digit, to, four(from.number));
      },
    ]),
  ) as Record<keyof typeof ARITHMETIC, Arithmetic>;

  return {
    label: (): Label => ({ at: undefined, from: [] }),
    /** The label is here. */
    bind(label: Label): void {
      label.at = length;
      for (const from of label.from) patch(from, length - (from + 4));
    },
    /** How many bytes there are. */
    here: (): number => length,
    /** So that what follows begins at a multiple of so many bytes; the bytes between do nothing. */
    align(to: number): void {
      while (length % to !== 0) byte(0x90);
    },

    move: (to: number, from: number) => general([0x89], from, to),
    load: (to: number, from: Memory) => general([0x8b], to, from),
    /** 32 bits with a sign */
    loadShort: (to: number, from: Memory) => general([0x63], to, from),
    store: (to: Memory, from: number) => general([0x89], from, to),
    /** 32 bits */
    storeShort: (to: Memory, from: number) => general([0x89], from, to, [], true),
    address: (to: number, of: Memory) => general([0x8d], to, of),
    /** a number of 32 bits with a sign */
    set: (to: number, value: number) => general([0xc7], 0, to, four(value)),
    clear: (to: number) => general([0x31], to, to, [], true),
    /** these: of 64 bits, to a register or to memory, from a register or a number of 32 bits with a sign */
    ...arithmetic,
    addFrom: (to: number, from: Memory) => general([0x03], to, from),
    compareWith: (register: number, memory: Memory) => general([0x3b], register, memory),
    multiply: (to: number, from: number | Memory) => general([0x0f, 0xaf], to, from),
    shiftLeft: (to: number, bits: number) => general([0xc1], 4, to, [bits]),
    shiftRight: (to: number, bits: number) => general([0xc1], 5, to, [bits]),
    isZero: (register: number) => general([0x85], register, register),
    jump(to: Label, condition?: Condition): void {
      if (condition) byte(0x0f, 0x80 | CONDITIONS[condition]);
      else byte(0xe9);
      distance(to);
    },
    /** to the address that lies there */
    jumpTo: (at: Memory) => general([0xff], 4, at, [], true),
    call: (to: number) => general([0xff], 2, to, [], true),
    callAt: (at: Memory) => general([0xff], 2, at, [], true),
    push: (register: number) => byte(...(register > 7 ? [0x41] : []), 0x50 | (register & 7)),
    pop: (register: number) => byte(...(register > 7 ? [0x41] : []), 0x58 | (register & 7)),
    return: () => byte(0xc3),
    /** EAX, EBX, ECX, EDX about the processor, by EAX and ECX */
    cpuid: () => byte(0x0f, 0xa2),
    /** which registers the system keeps, by ECX */
    xgetbv: () => byte(0x0f, 0x01, 0xd0),
    /** the word of control and state of floating-point arithmetic */
    loadControl: (from: Memory) => general([0x0f, 0xae], 2, from, [], true),
    storeControl: (to: Memory) => general([0x0f, 0xae], 3, to, [], true),
    prefetch: (of: Memory) => general([0x0f, 0x18], 1, of, [], true),
    /** mask `to` from a general register: its lowest 16 bits */
    setMask: (to: number, from: number) => vex({ table: 1, prefix: 0, opcode: 0x92 }, { register: to, third: from, size: 16 }),
    /** the 16 bits of a mask to a general register, with zeros above */
    getMask: (to: number, from: number) => vex({ table: 1, prefix: 0, opcode: 0x93 }, { register: to, third: from, size: 16 }),
    /** the number of the lowest bit that is set */
    lowestBit: (to: number, of: number) => {
      byte(0xf3);
      general([0x0f, 0xbc], to, of);
    },
    /** RCX bytes from RSI to RDI */
    copyBytes: () => byte(0xf3, 0xa4),
    /** zeros in the upper halves of vectors, which code of other compilers waits for */
    clearUpper: () => byte(0xc5, 0xf8, 0x77),
    /** a vector instruction as processors before AVX-512 have it */
    vex,
    /** a vector instruction of AVX-512 */
    evex,

    /** The code with its constants; it can lie anywhere. */
    finish(): Uint8Array {
      const order = constants.toSorted((a, b) => b.constant.bytes.length - a.constant.bytes.length);
      if (order.length > 0) while (length % 64 !== 0) byte(0x90);
      for (const { constant, from } of order) {
        for (const { at, next } of from) patch(at, length - next);
        byte(...constant.bytes);
      }
      return bytes.slice(0, length);
    },
  };
}

const same = (a: Constant, b: Constant): boolean => a.bytes.length === b.bytes.length && a.bytes.every((value, i) => value === b.bytes[i]);
