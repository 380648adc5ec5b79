import { assertPaired } from './embeddings.ts';
import { dot, type Vectors, unitVectors } from './vectors.ts';

/** The nearest neighbours of each sample by cosine, nearest first. */
export interface Neighbours {
  /** Neighbours a sample; fewer than asked for if there are fewer others. */
  readonly k: number;
  /** `[n * k]` samples; {@link NO_NEIGHBOUR} where there is none, as for a sample without a direction. */
  readonly index: Int32Array;
  /** `[n * k]` cosines, NaN where there is no neighbour. */
  readonly cosine: Float64Array;
}

export const NO_NEIGHBOUR = -1;

/** Samples of a block: two blocks of 256 values a sample stay in a core's cache. */
const BLOCK = 64;

/** The k best candidates of each sample so far, in descending order; of equal cosines the one met first stays first. */
class Best {
  readonly index: Int32Array;
  readonly cosine: Float64Array;
  private readonly k: number;

  constructor(n: number, k: number) {
    this.k = k;
    this.index = new Int32Array(n * k).fill(NO_NEIGHBOUR);
    this.cosine = new Float64Array(n * k).fill(-Infinity);
  }

  offer(sample: number, candidate: number, cosine: number): void {
    const first = sample * this.k;
    let at = first + this.k - 1;
    if (!(cosine > (this.cosine[at] ?? Infinity))) return;
    for (; at > first && (this.cosine[at - 1] ?? 0) < cosine; at--) {
      this.cosine[at] = this.cosine[at - 1] ?? NaN;
      this.index[at] = this.index[at - 1] ?? NO_NEIGHBOUR;
    }
    this.cosine[at] = cosine;
    this.index[at] = candidate;
  }
}

/**
 * Inner products of two vectors that follow each other with four that do, `[2][4]`: eight sums grow side by side, and
 * six loads serve eight products.
 */
function dotTwoWithFour(
  values: Float64Array,
  d: number,
  row: number,
  column: number,
  into: Float64Array,
): void {
  let [a, b, c, e] = [0, 0, 0, 0];
  let [f, g, h, i] = [0, 0, 0, 0];
  const first = row * d;
  const second = first + d;
  const [one, two, three, four] = [column * d, (column + 1) * d, (column + 2) * d, (column + 3) * d];
  for (let at = 0; at < d; at++) {
    const x = values[first + at] ?? 0;
    const y = values[second + at] ?? 0;
    const p = values[one + at] ?? 0;
    const q = values[two + at] ?? 0;
    const r = values[three + at] ?? 0;
    const s = values[four + at] ?? 0;
    a += x * p;
    b += x * q;
    c += x * r;
    e += x * s;
    f += y * p;
    g += y * q;
    h += y * r;
    i += y * s;
  }
  into[0] = a;
  into[1] = b;
  into[2] = c;
  into[3] = e;
  into[4] = f;
  into[5] = g;
  into[6] = h;
  into[7] = i;
}

/** Offers every pair between two blocks to both its samples. */
function compareBlocks(
  values: Float64Array,
  n: number,
  d: number,
  rows: number,
  columns: number,
  best: Best,
): void {
  const sums = new Float64Array(8);
  const lastRow = Math.min(n, rows + BLOCK);
  const lastColumn = Math.min(n, columns + BLOCK);
  for (let row = rows; row < lastRow; row += 2)
    for (let column = columns; column < lastColumn; column += 4) {
      if (column + 3 <= row) continue;
      // Behind the last sample the sums are those of zeros and are not used.
      dotTwoWithFour(values, d, row, column, sums);
      for (let at = 0; at < 8; at++) {
        const [one, other] = [row + (at >> 2), column + (at & 3)];
        if (one >= lastRow || other >= lastColumn || other <= one) continue;
        const cosine = sums[at] ?? NaN;
        best.offer(one, other, cosine);
        best.offer(other, one, cosine);
      }
    }
}

/**
 * The same as {@link nearestNeighbours} a block of samples at a time, between which a caller may let others work.
 * Yields the samples done so far; returns the neighbours.
 */
export function* neighbourBlocks(vectors: Vectors, k: number): Generator<number, Neighbours> {
  const { n } = vectors;
  const most = Math.max(0, Math.min(k, n - 1));
  const { values, d } = unitVectors(vectors);
  const best = new Best(n, most);
  for (let rows = 0; rows < n && most > 0; rows += BLOCK) {
    for (let columns = rows; columns < n; columns += BLOCK) compareBlocks(values, n, d, rows, columns, best);
    yield Math.min(n, rows + BLOCK);
  }
  const cosine = best.cosine.map((value) => (value === -Infinity ? NaN : value));
  return { k: most, index: best.index, cosine };
}

/** Exact nearest neighbours of every sample by cosine, itself left out, by comparing all pairs. O(n^2 d). */
export function nearestNeighbours(vectors: Vectors, k: number): Neighbours {
  const blocks = neighbourBlocks(vectors, k);
  for (;;) {
    const step = blocks.next();
    if (step.done) return step.value;
  }
}

/** The first `k` neighbours of each sample. */
export function firstNeighbours(neighbours: Neighbours, k: number): Neighbours {
  const { k: width, index, cosine } = neighbours;
  if (k >= width) return neighbours;
  const isFirst = (_: number, at: number): boolean => at % width < k;
  return { k, index: index.filter(isFirst), cosine: cosine.filter(isFirst) };
}

/** Mean of a value over each sample's neighbours; NaN for a sample that has none or where a value is NaN. */
function neighbourMeans(
  { k, index }: Neighbours,
  n: number,
  value: (sample: number, neighbour: number, at: number) => number,
): Float64Array {
  return Float64Array.from({ length: n }, (_, sample) => {
    let sum = 0;
    let count = 0;
    for (let at = sample * k; at < (sample + 1) * k; at++) {
      const neighbour = index[at] ?? NO_NEIGHBOUR;
      if (neighbour === NO_NEIGHBOUR) continue;
      sum += value(sample, neighbour, at);
      count++;
    }
    return sum / count;
  });
}

/**
 * Local gap of each sample: mean of cos_full(i, j) - cos_prefix(i, j) over its nearest prefixes j. Negative: similar
 * beginnings, different ends, which is where a short match length is to be expected.
 *
 * @param neighbours {@link nearestNeighbours} of the prefixes, k 5 to 10.
 * @throws {RangeError} if the sets differ in size.
 */
export function localGap(neighbours: Neighbours, fulls: Vectors): Float64Array {
  const units = unitVectors(fulls);
  if (neighbours.index.length !== fulls.n * neighbours.k)
    throw new RangeError(`neighbours of other samples than these ${fulls.n}`);
  return neighbourMeans(
    neighbours,
    fulls.n,
    (sample, neighbour, at) => dot(units, sample, units, neighbour) - (neighbours.cosine[at] ?? NaN),
  );
}

/** How crowded the space around each sample is. */
export interface LocalRedundancy {
  /** `[n]` mean cosine to the nearest neighbours. */
  readonly meanCosine: Float64Array;
  /** `[n]` share of them with a cosine above the threshold. */
  readonly closeShare: Float64Array;
}

/** Redundancy around each sample, over its k nearest neighbours. */
export function localRedundancy(neighbours: Neighbours, n: number, close = 0.95): LocalRedundancy {
  const cosineAt = (at: number): number => neighbours.cosine[at] ?? NaN;
  return {
    meanCosine: neighbourMeans(neighbours, n, (_sample, _neighbour, at) => cosineAt(at)),
    closeShare: neighbourMeans(neighbours, n, (_sample, _neighbour, at) => Number(cosineAt(at) > close)),
  };
}

/**
 * Alignment (Wang and Isola 2020, arXiv 2005.10242): mean |u_i - v_i|^2 over pairs that belong together, such as the
 * prefix and the full text of a sample. Pairs without a direction are left out; NaN if none is left.
 *
 * @throws {RangeError} if the sets differ in size.
 */
export function alignment(a: Vectors, b: Vectors): number {
  assertPaired(a, b);
  const [unitsA, unitsB] = [unitVectors(a), unitVectors(b)];
  let sum = 0;
  let count = 0;
  for (let row = 0; row < a.n; row++) {
    const cosine = dot(unitsA, row, unitsB, row);
    if (Number.isNaN(cosine)) continue;
    sum += Math.max(0, 2 - 2 * cosine);
    count++;
  }
  return sum / count;
}
