/** The part of protobuf's wire format that writing ONNX takes: varints, and fields with a length. */

/** A message, as pieces that lie one after another: weights are large, and are copied once, at the end. */
export type Message = readonly Uint8Array[];

/** One field; `undefined` writes nothing. */
export type Field = Message | undefined;

/** An unsigned or two's complement 64-bit integer as protobuf's varint. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

export const integer = (field: number, value: number): Field => [Uint8Array.from([...varint(field << 3), ...varint(value)])];

/** Anything with a length: bytes, a text, another message. */
export function bytes(field: number, value: Message): Field {
  const length = value.reduce((sum, piece) => sum + piece.length, 0);
  return [Uint8Array.from([...varint((field << 3) | 2), ...varint(length)]), ...value];
}

export const text = (field: number, value: string): Field => bytes(field, [Buffer.from(value)]);

/** A packed list of integers. */
export const integers = (field: number, values: readonly number[]): Field => bytes(field, [Uint8Array.from(values.flatMap(varint))]);

/** The fields of a message, one after another. */
export const message = (fields: readonly Field[]): Message => fields.flatMap((field) => field ?? []);

export const nested = (field: number, fields: readonly Field[]): Field => bytes(field, message(fields));

export const joined = (pieces: Message): Uint8Array => Buffer.concat(pieces);
