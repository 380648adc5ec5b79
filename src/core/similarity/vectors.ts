/** Vectors of n samples, row after row. */
export interface Vectors {
  readonly n: number;
  readonly d: number;
  /** `[n * d]`. */
  readonly values: Float32Array | Float64Array;
}

/** Packs vectors. @throws {RangeError} if they differ in length. */
export function packVectors(list: readonly ArrayLike<number>[]): Vectors {
  const d = list[0]?.length ?? 0;
  const values = new Float64Array(list.length * d);
  list.forEach((vector, index) => {
    if (vector.length !== d) throw new RangeError(`vector ${index} has ${vector.length} values, not ${d}`);
    values.set(vector, index * d);
  });
  return { n: list.length, d, values };
}

/** Inner product of vector i of `a` with vector j of `b`, which have one d. */
export function dot(a: Vectors, i: number, b: Vectors, j: number): number {
  const { d, values } = a;
  const other = b.values;
  const [from, to] = [i * d, j * d];
  let sum = 0;
  for (let at = 0; at < d; at++) sum += (values[from + at] ?? 0) * (other[to + at] ?? 0);
  return sum;
}

/** Mean vector, `[d]`; NaN if there are none. */
export function meanVector({ n, d, values }: Vectors): Float64Array {
  const mean = new Float64Array(d);
  for (let row = 0; row < n; row++)
    for (let at = 0; at < d; at++) mean[at] = (mean[at] ?? 0) + (values[row * d + at] ?? 0);
  return mean.map((sum) => sum / n);
}

/**
 * The vectors less their mean. Hidden states of language models share a direction, so that raw cosines are high for
 * unrelated texts; a raw value must not be compared with a centred one.
 */
export function centred(vectors: Vectors): Vectors {
  const { n, d, values } = vectors;
  const mean = meanVector(vectors);
  const around = new Float64Array(n * d);
  for (let row = 0; row < n; row++)
    for (let at = 0; at < d; at++) around[row * d + at] = (values[row * d + at] ?? NaN) - (mean[at] ?? 0);
  return { n, d, values: around };
}

/**
 * The vectors divided by their lengths. One without a direction (all zeros, as identical vectors become when they
 * are centred, or with a value that is not finite) becomes NaN and is left out of every mean.
 */
export function unitVectors(vectors: Vectors): Vectors & { readonly values: Float64Array } {
  const { n, d } = vectors;
  const units = Float64Array.from(vectors.values);
  for (let row = 0; row < n; row++) {
    const length = Math.sqrt(dot(vectors, row, vectors, row));
    const scale = length > 0 && Number.isFinite(length) ? 1 / length : NaN;
    for (let at = row * d; at < (row + 1) * d; at++) units[at] = (units[at] ?? NaN) * scale;
  }
  return { n, d, values: units };
}

/** True if vector `index` of {@link unitVectors} has a direction. */
export const hasDirection = ({ values, d }: Vectors, index: number): boolean =>
  d > 0 && !Number.isNaN(values[index * d] ?? NaN);
