/** @see https://github.com/huggingface/safetensors#format */
import { MemoscopeError } from '../../src/protocol/errors.ts';

export interface NamedTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** Value of a half-precision number given as its 16 bits. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const WIDTH: Readonly<Record<string, number>> = { F16: 2, F32: 4 };

const corrupt = (what: string, cause?: unknown): MemoscopeError =>
  new MemoscopeError('ModelCorrupt', `Adapter: ${what}. Fetch or export it again.`, { cause });

function readHeader(bytes: Uint8Array): { entries: Record<string, Entry>; start: number } {
  if (bytes.length < 8) throw corrupt(`the file has ${bytes.length} bytes, no header`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (8 + length > bytes.length) throw corrupt('its header ends beyond the file');
  try {
    const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
    return { entries: JSON.parse(text) as Record<string, Entry>, start: 8 + length };
  } catch (cause) {
    throw corrupt('its header is no JSON', cause);
  }
}

function readTensor(bytes: Uint8Array, start: number, name: string, entry: Entry): NamedTensor {
  const width = WIDTH[entry.dtype];
  if (width === undefined) throw corrupt(`tensor ${name} is ${entry.dtype}, not F16 or F32`);
  const [from, to] = entry.data_offsets;
  const size = entry.shape.reduce((product, dim) => product * dim, 1);
  if (to - from !== size * width || start + to > bytes.length)
    throw corrupt(`tensor ${name} does not fill its place`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start + from, to - from);
  const valueAt =
    width === 2
      ? (i: number) => halfToFloat(view.getUint16(2 * i, true))
      : (i: number) => view.getFloat32(4 * i, true);
  return { name, dims: entry.shape, data: Float32Array.from({ length: size }, (_, i) => valueAt(i)) };
}

/**
 * Reads all tensors of a safetensors file, widened to single precision.
 *
 * @throws {MemoscopeError} `ModelCorrupt`.
 */
export function readSafetensors(bytes: Uint8Array): NamedTensor[] {
  const { entries, start } = readHeader(bytes);
  return Object.entries(entries)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => readTensor(bytes, start, name, entry));
}
