/** Instructions as another program reads them: the bytes of each are what its name says (capstone, test/requirements.txt). */
import { spawnSync } from 'node:child_process';
import {
  assembler,
  R10,
  R12,
  R13,
  R15,
  R8,
  R9,
  RAX,
  RBP,
  RBX,
  RCX,
  RDI,
  RDX,
  RSI,
  RSP,
  type Assembler,
} from '../../../src/engine/jit/assembler.js';
import { vectors, type VectorSet, type Vectors } from '../../../src/engine/jit/vectors.js';

const GENERAL: readonly (readonly [text: string, write: (code: Assembler) => void])[] = [
  ['mov r8, rdi', (c) => c.move(R8, RDI)],
  ['mov rax, qword ptr [rdi + 8]', (c) => c.load(RAX, { base: RDI, offset: 8 })],
  ['mov rax, qword ptr [rbp]', (c) => c.load(RAX, { base: RBP })],
  ['mov rax, qword ptr [r13]', (c) => c.load(RAX, { base: R13 })],
  ['mov rax, qword ptr [rsp]', (c) => c.load(RAX, { base: RSP })],
  ['mov rax, qword ptr [r12 + 0x200]', (c) => c.load(RAX, { base: R12, offset: 512 })],
  ['mov rax, qword ptr [rbx + r9*4 - 8]', (c) => c.load(RAX, { base: RBX, index: R9, scale: 4, offset: -8 })],
  ['movsxd r15, dword ptr [r8 + r10]', (c) => c.loadShort(R15, { base: R8, index: R10 })],
  ['mov qword ptr [rsp + 0x10], r12', (c) => c.store({ base: RSP, offset: 16 }, R12)],
  ['mov dword ptr [rdx], r9d', (c) => c.storeShort({ base: RDX }, R9)],
  ['lea r9, [r8 + r8*2]', (c) => c.address(R9, { base: R8, index: R8, scale: 2 })],
  ['mov rcx, 0xfffffffffffffff9', (c) => c.set(RCX, -7)],
  ['xor r10d, r10d', (c) => c.clear(R10)],
  ['add r12, rax', (c) => c.add(R12, RAX)],
  ['add rdi, 0x48', (c) => c.add(RDI, { number: 72 })],
  ['sub rsp, 0x2040', (c) => c.subtract(RSP, { number: 8256 })],
  ['and rsp, 0xffffffffffffffc0', (c) => c.and(RSP, { number: -64 })],
  ['or rax, 0x8040', (c) => c.or(RAX, { number: 0x8040 })],
  ['xor qword ptr [rdi + r9], r10', (c) => c.xor({ base: RDI, index: R9 }, R10)],
  ['sub qword ptr [rsp + 0x10], 1', (c) => c.subtract({ base: RSP, offset: 16 }, { number: 1 })],
  ['cmp rcx, rdx', (c) => c.compare(RCX, RDX)],
  ['add rbx, qword ptr [rsp + 8]', (c) => c.addFrom(RBX, { base: RSP, offset: 8 })],
  ['cmp rsi, qword ptr [rdi + 0x30]', (c) => c.compareWith(RSI, { base: RDI, offset: 48 })],
  ['imul rsi, r12', (c) => c.multiply(RSI, R12)],
  ['imul rcx, qword ptr [rdi + 0x60]', (c) => c.multiply(RCX, { base: RDI, offset: 96 })],
  ['shl rcx, 2', (c) => c.shiftLeft(RCX, 2)],
  ['shr r8, 4', (c) => c.shiftRight(R8, 4)],
  ['test r13, r13', (c) => c.isZero(R13)],
  ['jmp qword ptr [rdi]', (c) => c.jumpTo({ base: RDI })],
  ['call qword ptr [rdi + 0x78]', (c) => c.callAt({ base: RDI, offset: 120 })],
  ['push r12', (c) => c.push(R12)],
  ['pop rbp', (c) => c.pop(RBP)],
  ['ret', (c) => c.return()],
  ['cpuid', (c) => c.cpuid()],
  ['xgetbv', (c) => c.xgetbv()],
  ['ldmxcsr dword ptr [rsp + 4]', (c) => c.loadControl({ base: RSP, offset: 4 })],
  ['stmxcsr dword ptr [rsp]', (c) => c.storeControl({ base: RSP })],
  ['prefetcht0 byte ptr [r9 + rcx]', (c) => c.prefetch({ base: R9, index: RCX })],
  ['kmovw k1, eax', (c) => c.setMask(1, RAX)],
  ['kmovw r9d, k2', (c) => c.getMask(R9, 2)],
  ['tzcnt r8, rdx', (c) => c.lowestBit(R8, RDX)],
  ['vzeroupper', (c) => c.clearUpper()],
];

/** Of a vector's registers the last ones, so that every bit of their numbers is looked at. */
const VECTOR: readonly (readonly [avx2: string, avx512: string, write: (v: Vectors) => void])[] = [
  [
    'vmovups ymm9, ymmword ptr [rsi + r8*4 + 0x40]',
    'vmovups zmm9, zmmword ptr [rsi + r8*4 + 0x40]',
    (v) => v.load(9, { base: RSI, index: R8, scale: 4, offset: 64 }),
  ],
  ['vmovups ymmword ptr [r13 + 0x20], ymm3', 'vmovups zmmword ptr [r13 + 0x20], zmm3', (v) => v.store({ base: R13, offset: 32 }, 3)],
  ['vmovups ymm1, ymm14', 'vmovups zmm1, zmm14', (v) => v.move(1, 14)],
  [
    'vbroadcastss ymm2, dword ptr [r10 + r8*2 + 0xc]',
    'vbroadcastss zmm2, dword ptr [r10 + r8*2 + 0xc]',
    (v) => v.broadcast(2, { base: R10, index: R8, scale: 2, offset: 12 }),
  ],
  ['vaddps ymm1, ymm9, ymm12', 'vaddps zmm1, zmm9, zmm12', (v) => v.add(1, 9, 12)],
  ['vsubps ymm1, ymm9, ymm12', 'vsubps zmm1, zmm9, zmm12', (v) => v.subtract(1, 9, 12)],
  ['vmulps ymm1, ymm9, ymm12', 'vmulps zmm1, zmm9, zmm12', (v) => v.multiply(1, 9, 12)],
  ['vdivps ymm1, ymm9, ymm12', 'vdivps zmm1, zmm9, zmm12', (v) => v.divide(1, 9, 12)],
  ['vminps ymm1, ymm9, ymm12', 'vminps zmm1, zmm9, zmm12', (v) => v.min(1, 9, 12)],
  ['vmaxps ymm1, ymm9, ymmword ptr [rbx]', 'vmaxps zmm1, zmm9, zmmword ptr [rbx]', (v) => v.max(1, 9, { base: RBX })],
  ['vandps ymm1, ymm9, ymm12', 'vandps zmm1, zmm9, zmm12', (v) => v.and(1, 9, 12)],
  ['vorps ymm1, ymm9, ymm12', 'vorps zmm1, zmm9, zmm12', (v) => v.or(1, 9, 12)],
  ['vxorps ymm1, ymm9, ymm12', 'vxorps zmm1, zmm9, zmm12', (v) => v.xor(1, 9, 12)],
  ['vfmadd231ps ymm1, ymm9, ymm12', 'vfmadd231ps zmm1, zmm9, zmm12', (v) => v.multiplyAdd(1, 9, 12)],
  ['vfnmadd231ps ymm1, ymm9, ymm12', 'vfnmadd231ps zmm1, zmm9, zmm12', (v) => v.subtractProduct(1, 9, 12)],
  ['vfmadd213ps ymm1, ymm9, ymm12', 'vfmadd213ps zmm1, zmm9, zmm12', (v) => v.multiplyByAdd(1, 9, 12)],
  ['vpmaddubsw ymm1, ymm9, ymm12', 'vpmaddubsw zmm1, zmm9, zmm12', (v) => v.pairsOfBytes(1, 9, 12)],
  ['vpmaddwd ymm1, ymm9, ymm12', 'vpmaddwd zmm1, zmm9, zmm12', (v) => v.pairsOfShorts(1, 9, 12)],
  ['vpaddd ymm1, ymm9, ymm12', 'vpaddd zmm1, zmm9, zmm12', (v) => v.addIntegers(1, 9, 12)],
  ['vsqrtps ymm1, ymm12', 'vsqrtps zmm1, zmm12', (v) => v.squareRoot(1, 12)],
  ['vcvtps2dq ymm1, ymm12', 'vcvtps2dq zmm1, zmm12', (v) => v.toIntegers(1, 12)],
  ['vcvtdq2ps ymm1, ymm12', 'vcvtdq2ps zmm1, zmm12', (v) => v.fromIntegers(1, 12)],
  ['vroundps ymm1, ymm12, 8', 'vrndscaleps zmm1, zmm12, 8', (v) => v.round(1, 12)],
  ['vpslld ymm1, ymm12, 0x17', 'vpslld zmm1, zmm12, 0x17', (v) => v.shiftLeft(1, 12, 23)],
  ['vpsrld ymm1, ymm12, 0x17', 'vpsrld zmm1, zmm12, 0x17', (v) => v.shiftRight(1, 12, 23)],
  ['vmaskmovps ymm1, ymm15, ymmword ptr [rsi]', 'vmovups zmm1 {k1} {z}, zmmword ptr [rsi]', (v) => v.loadTail(1, { base: RSI })],
  ['vmaskmovps ymmword ptr [rsi], ymm15, ymm1', 'vmovups zmmword ptr [rsi] {k1}, zmm1', (v) => v.storeTail({ base: RSI }, 1)],
  ['vblendvps ymm1, ymm12, ymm9, ymm15', 'vblendmps zmm1 {k1}, zmm12, zmm9', (v) => v.selectTail(1, 9, 12)],
  ['vmovss dword ptr [rdi + 4], xmm9', 'vmovss dword ptr [rdi + 4], xmm9', (v) => v.storeFirst({ base: RDI, offset: 4 }, 9)],
];

/** Those that AVX-512 alone has, and registers that it alone has. */
const WIDE: readonly (readonly [text: string, write: (v: Vectors) => void])[] = [
  ['vaddps zmm31, zmm17, zmm24', (v) => v.add(31, 17, 24)],
  ['vfmadd231ps zmm27, zmm28, zmm16', (v) => v.multiplyAdd(27, 28, 16)],
  ['vmovups zmm30, zmmword ptr [rdx + 0x1000]', (v) => v.load(30, { base: RDX, offset: 4096 })],
  ['vpdpbusd zmm16, zmm28, zmm31', (v) => v.addDotProducts(16, 28, 31)],
  ['vpmovusdb xmmword ptr [rbx + rax], zmm0', (v) => v.storeBytes({ base: RBX, index: RAX }, 0, 3)],
];

const python = process.env['RNN_PIPE_PYTHON'];
const READ = `
import sys, json, capstone
reader = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
print(json.dumps([[f'{i.mnemonic} {i.op_str}'.strip() for i in reader.disasm(bytes.fromhex(one), 0)] for one in json.load(sys.stdin)]))`;

/** What the bytes of each are to another program. */
function read(all: readonly Uint8Array[]): string[][] {
  const input = JSON.stringify(all.map((bytes) => Buffer.from(bytes).toString('hex')));
  const { stdout, stderr } = spawnSync(python!, ['-c', READ], { input, encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as string[][];
}

const bytesOf = (write: (code: Assembler) => void): Uint8Array => {
  const code = assembler();
  write(code);
  return code.finish();
};
const vectorBytes = (set: VectorSet, write: (v: Vectors) => void): Uint8Array => bytesOf((code) => write(vectors(code, set)));

(python === undefined ? describe.skip : describe)('what capstone reads', () => {
  test('general registers', () => {
    expect(read(GENERAL.map(([, write]) => bytesOf(write)))).toEqual(GENERAL.map(([text]) => [text]));
  });
  test('vectors of AVX2', () => {
    expect(read(VECTOR.map(([, , write]) => vectorBytes('avx2', write)))).toEqual(VECTOR.map(([text]) => [text]));
  });
  test('integers to bytes, as AVX2 has to do it', () => {
    expect(read([vectorBytes('avx2', (v) => v.storeBytes({ base: RBX, index: RAX }, 9, 12))])).toEqual([
      ['vextracti128 xmm12, ymm9, 1', 'vpackssdw xmm9, xmm9, xmm12', 'vpackuswb xmm9, xmm9, xmm9', 'vmovq qword ptr [rbx + rax], xmm9'],
    ]);
  });
  test('vectors of AVX-512', () => {
    const all = [...VECTOR.map(([, text, write]) => [text, write] as const), ...WIDE];
    expect(read(all.map(([, write]) => vectorBytes('avx512', write)))).toEqual(all.map(([text]) => [text]));
  });
});

test('jumps reach labels before and behind them, and constants lie behind the code', () => {
  const code = assembler();
  const [back, ahead] = [code.label(), code.label()];
  code.bind(back);
  code.jump(ahead, 'less');
  code.jump(back);
  code.bind(ahead);
  code.return();
  // jl +5; jmp -11; ret
  expect([...code.finish()]).toEqual([0x0f, 0x8c, 5, 0, 0, 0, 0xe9, 0xf5, 0xff, 0xff, 0xff, 0xc3]);
  const withConstants = assembler();
  for (const value of [1, 2, 1]) vectors(withConstants, 'avx2').broadcast(0, { value });
  const bytes = withConstants.finish();
  const constants = new Float32Array(bytes.slice(64).buffer);
  expect([...constants]).toEqual([1, 2]);
  // each instruction has 9 bytes, the last four the distance from its end
  const distances = [0, 1, 2].map((i) => new DataView(bytes.buffer).getInt32(9 * i + 5, true) + 9 * (i + 1));
  expect(distances).toEqual([64, 68, 64]);
});
