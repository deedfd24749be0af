/** The part of protobuf's wire format that writing ONNX takes: varints, and fields with a length. */

/** One field; `undefined` writes nothing. */
export type Field = Uint8Array | undefined;

/** An unsigned or two's complement 64-bit integer as protobuf's varint. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

export const integer = (field: number, value: number): Field => Uint8Array.from([...varint(field << 3), ...varint(value)]);

export function bytes(field: number, value: Uint8Array): Field {
  return message([Uint8Array.from([...varint((field << 3) | 2), ...varint(value.length)]), value]);
}

export const text = (field: number, value: string): Field => bytes(field, Buffer.from(value));

/** A packed list of integers. */
export const integers = (field: number, values: readonly number[]): Field => bytes(field, Uint8Array.from(values.flatMap(varint)));

/** The fields of a message, one after another. */
export function message(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(fields.filter((field) => field !== undefined));
}

export const nested = (field: number, fields: readonly Field[]): Field => bytes(field, message(fields));
