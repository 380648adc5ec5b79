/**
 * Just enough of WebAssembly's binary format to find a function in a module and to give it another body.
 *
 * @see https://webassembly.github.io/spec/core/binary/
 */

import { join } from '../onnx/protobuf.ts';

/** Numbers of the sections that are read here. */
const SECTION = { type: 1, function: 3, code: 10 } as const;
const HEADER_BYTES = 8;

/** Where one function's body lies: `start .. end`, without its size in front, which begins at `from`. */
export interface FunctionBody {
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

/** The code section of a module: its id is at `from`, its bodies fill `bodies .. end`. */
interface CodeSection {
  readonly count: number;
  readonly from: number;
  readonly bodies: number;
  readonly end: number;
}

/** Some functions of a module, in their order, and the section they lie in. */
export interface FoundFunctions {
  readonly section: CodeSection;
  readonly functions: readonly FunctionBody[];
}

function readUnsigned(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  let scale = 1;
  for (let end = at; end < bytes.length;) {
    const byte = bytes[end++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return [value, end];
    scale *= 128;
  }
  throw new RangeError(`wasm: bytes end inside a number at ${at}`);
}

/** A number as an unsigned LEB128. */
export function unsigned(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest > 0 ? low | 128 : low);
  } while (rest > 0);
  return out;
}

/** Numbers of the types with a signature. Function types only: a module that uses others is not read. */
function typesOf(bytes: Uint8Array, at: number, signature: readonly number[]): Set<number> {
  const found = new Set<number>();
  const [count, first] = readUnsigned(bytes, at);
  let next = first;
  for (let type = 0; type < count; type++) {
    if (bytes[next] !== 0x60) throw new RangeError(`wasm: type at ${next} is no function`);
    const start = next + 1;
    const [parameters, afterCount] = readUnsigned(bytes, start);
    const [results, afterResults] = readUnsigned(bytes, afterCount + parameters);
    next = afterResults + results;
    if (
      next - start === signature.length &&
      signature.every((value, index) => bytes[start + index] === value)
    )
      found.add(type);
  }
  return found;
}

/** Numbers of the functions, among those with code, whose type is one of `types`. */
function functionsOf(bytes: Uint8Array, at: number, types: ReadonlySet<number>): Set<number> {
  const found = new Set<number>();
  const [count, first] = readUnsigned(bytes, at);
  let next = first;
  for (let index = 0; index < count; index++) {
    const [type, end] = readUnsigned(bytes, next);
    if (types.has(type)) found.add(index);
    next = end;
  }
  return found;
}

/**
 * Finds the functions with a signature.
 *
 * @param signature as the type section has it: number and value types of the parameters, then of the results.
 * @throws {RangeError} if the bytes are no module, or use types that are not known here.
 */
export function findFunctions(bytes: Uint8Array, signature: readonly number[]): FoundFunctions {
  let types: ReadonlySet<number> = new Set();
  let wanted: ReadonlySet<number> = new Set();
  for (let from = HEADER_BYTES; from < bytes.length;) {
    const [size, start] = readUnsigned(bytes, from + 1);
    const end = start + size;
    if (bytes[from] === SECTION.type) types = typesOf(bytes, start, signature);
    if (bytes[from] === SECTION.function) wanted = functionsOf(bytes, start, types);
    if (bytes[from] === SECTION.code) {
      const [count, bodies] = readUnsigned(bytes, start);
      const functions: FunctionBody[] = [];
      for (let index = 0, next = bodies; index < count; index++) {
        const [length, body] = readUnsigned(bytes, next);
        if (wanted.has(index)) functions.push({ from: next, start: body, end: body + length });
        next = body + length;
      }
      return { section: { count, from, bodies, end }, functions };
    }
    from = end;
  }
  throw new RangeError('wasm: a module without code');
}

/**
 * A copy of the module in which some functions have other bodies.
 *
 * @param bodies new locals and instructions, without their size, by function; in the order of the functions.
 */
export function withBodies(
  bytes: Uint8Array,
  { count, from, bodies: first, end }: CodeSection,
  bodies: readonly (readonly [FunctionBody, Uint8Array])[],
): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [Uint8Array.from(unsigned(count))];
  let kept = first;
  for (const [of, body] of bodies) {
    pieces.push(bytes.subarray(kept, of.from), Uint8Array.from(unsigned(body.length)), body);
    kept = of.end;
  }
  pieces.push(bytes.subarray(kept, end));
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return join([
    bytes.subarray(0, from),
    Uint8Array.from([SECTION.code, ...unsigned(size)]),
    ...pieces,
    bytes.subarray(end),
  ]);
}
