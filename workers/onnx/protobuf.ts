/**
 * Just enough of the protobuf wire format to read an ONNX file without touching its tensors, and to write small
 * messages. A message being written is a list of byte chunks, so that large payloads are never copied twice.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */

export type Chunks = Uint8Array[];

/** One field of a message: where its key starts, and where its payload lies. */
export interface Field {
  readonly number: number;
  /** The integer of a varint field; 0 for all others. */
  readonly value: number;
  /** First byte of the key. */
  readonly from: number;
  /** Payload, `start .. end`; `end` is also where the next field begins. */
  readonly start: number;
  readonly end: number;
}

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Reads an unsigned varint at `at`; exact up to 2^53, beyond which the value is rounded. */
function readVarint(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  for (let end = at; end < bytes.length;) {
    const byte = bytes[end++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return { value, end };
    scale *= 128;
  }
  throw new RangeError(`protobuf: bytes end inside a number at ${at}`);
}

function payloadEnd(
  bytes: Uint8Array,
  wire: number,
  at: number,
): { start: number; end: number; value: number } {
  if (wire === WIRE.varint) return { start: at, ...readVarint(bytes, at) };
  if (wire === WIRE.fixed64) return { start: at, end: at + 8, value: 0 };
  if (wire === WIRE.fixed32) return { start: at, end: at + 4, value: 0 };
  if (wire !== WIRE.bytes) throw new RangeError(`protobuf: unknown wire type ${wire} at ${at}`);
  const length = readVarint(bytes, at);
  return { start: length.end, end: length.end + length.value, value: 0 };
}

/**
 * The fields of the message `bytes[from .. to]`, in order.
 *
 * @throws {RangeError} if the bytes are no protobuf message.
 */
export function* fieldsOf(bytes: Uint8Array, from = 0, to = bytes.length): Generator<Field> {
  for (let at = from; at < to;) {
    const key = readVarint(bytes, at);
    const { start, end, value } = payloadEnd(bytes, key.value % 8, key.end);
    if (end > to) throw new RangeError(`protobuf: a field at ${at} ends at ${end}, its message at ${to}`);
    yield { number: Math.floor(key.value / 8), value, from: at, start, end };
    at = end;
  }
}

/** The text of a string field. */
export const textOf = (bytes: Uint8Array, field: Field): string =>
  decoder.decode(bytes.subarray(field.start, field.end));

/** The fields of a message that is itself a field. */
export const nested = (bytes: Uint8Array, field: Field): Generator<Field> =>
  fieldsOf(bytes, field.start, field.end);

/** Repeated integers, packed or not: the payload is one number after the other in both forms. */
export function integersOf(bytes: Uint8Array, field: Field): number[] {
  const values: number[] = [];
  for (let at = field.start; at < field.end;) {
    const { value, end } = readVarint(bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    out.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Uint8Array.from(out);
}

const key = (number: number, wire: number): Uint8Array => varint(number * 8 + wire);

export const byteLength = (chunks: Chunks): number => chunks.reduce((sum, chunk) => sum + chunk.length, 0);

/** All chunks in one piece. */
export function join(chunks: Chunks): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(byteLength(chunks));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

export const integerField = (number: number, value: number | bigint): Chunks => [
  key(number, WIRE.varint),
  varint(value),
];

export const bytesField = (number: number, bytes: Uint8Array): Chunks => [
  key(number, WIRE.bytes),
  varint(bytes.length),
  bytes,
];

export const textField = (number: number, text: string): Chunks => bytesField(number, encoder.encode(text));

export const messageField = (number: number, chunks: Chunks): Chunks => [
  key(number, WIRE.bytes),
  varint(byteLength(chunks)),
  ...chunks,
];
