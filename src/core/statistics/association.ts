/** Rank association of two columns. Pairs with a NaN are left out; a constant column gives NaN. */
import { randomInteger, seededRandom } from '../random.ts';
import { permutationP } from './multiplicity.ts';
import { forEachTie, midranks, sortOrder } from './ranks.ts';
import { normalTwoSided, studentTwoSided } from './special.ts';

/** A correlation with its two-sided p. */
export interface Correlation {
  readonly r: number;
  readonly p: number;
  /** Pairs used. */
  readonly n: number;
}

/**
 * The rows in which all columns are numbers.
 *
 * @throws {RangeError} if the columns differ in length.
 */
function completeRows(columns: readonly ArrayLike<number>[]): Float64Array[] {
  const rows = columns[0]?.length ?? 0;
  if (columns.some(({ length }) => length !== rows))
    throw new RangeError(`columns of ${columns.map(({ length }) => length).join(', ')} values`);
  const kept: number[] = [];
  for (let row = 0; row < rows; row++)
    if (columns.every((column) => !Number.isNaN(column[row] ?? NaN))) kept.push(row);
  return columns.map((column) => Float64Array.from(kept, (row) => column[row] ?? NaN));
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function pearson(x: Float64Array, y: Float64Array): number {
  const [mx, my] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let index = 0; index < x.length; index++) {
    const [dx, dy] = [(x[index] ?? NaN) - mx, (y[index] ?? NaN) - my];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xx > 0 && yy > 0 ? Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))) : NaN;
}

/** Two-sided p of a correlation by Student's t with `df` degrees of freedom. */
function correlationP(r: number, df: number): number {
  if (Number.isNaN(r) || df < 1) return NaN;
  return studentTwoSided(r * Math.sqrt(df / Math.max(0, 1 - r * r)), df);
}

const ranksOf = (columns: readonly ArrayLike<number>[]): Float64Array[] =>
  completeRows(columns).map((column) => midranks(column).ranks);

/**
 * Spearman's rho: Pearson's correlation of the midranks; p by t with n - 2 degrees of freedom. O(n log n).
 *
 * @throws {RangeError} if the columns differ in length.
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): Correlation {
  const [a = new Float64Array(), b = new Float64Array()] = ranksOf([x, y]);
  const r = pearson(a, b);
  return { r, p: correlationP(r, a.length - 2), n: a.length };
}

/**
 * Spearman's rho of x and y with the rank-linear part of a covariate z removed from both:
 * (r_xy - r_xz r_yz) / sqrt((1 - r_xz^2) (1 - r_yz^2)); p by t with n - 3 degrees of freedom. O(n log n).
 *
 * A constant z has nothing to remove: the plain rho. NaN if z determines x or y.
 *
 * @throws {RangeError} if the columns differ in length.
 */
export function partialSpearman(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  z: ArrayLike<number>,
): Correlation {
  const [a = new Float64Array(), b = new Float64Array(), c = new Float64Array()] = ranksOf([x, y, z]);
  const xy = pearson(a, b);
  const [xz, yz] = [pearson(a, c), pearson(b, c)];
  if (Number.isNaN(xz) || Number.isNaN(yz)) return { r: xy, p: correlationP(xy, a.length - 2), n: a.length };
  const scale = (1 - xz * xz) * (1 - yz * yz);
  const r = scale > 1e-24 ? Math.max(-1, Math.min(1, (xy - xz * yz) / Math.sqrt(scale))) : NaN;
  return { r, p: correlationP(r, a.length - 3), n: a.length };
}

/**
 * Permutation p of Spearman's rho: y shuffled against x, (1 + #{|rho*| >= |rho|}) / (B + 1). O(n) a permutation.
 *
 * @param options.permutations B; default 9,999, and 999 above 10,000 pairs, where the t approximation is as good.
 *
 * @yields the share done, 0 .. 1.
 * @throws {RangeError} if the columns differ in length.
 */
export function* spearmanPermutation(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { seed, permutations }: { seed: number; permutations?: number },
): Generator<number, Correlation> {
  const [a = new Float64Array(), b = new Float64Array()] = ranksOf([x, y]);
  const r = pearson(a, b);
  if (Number.isNaN(r)) return { r, p: NaN, n: a.length };
  const random = seededRandom(seed);
  const center = mean(a);
  // Of all that rho is made of, a shuffle changes only sum (a - mean) b.
  const weights = a.map((rank) => rank - center);
  const dot = (): number => {
    let sum = 0;
    for (let index = 0; index < b.length; index++) sum += (weights[index] ?? 0) * (b[index] ?? 0);
    return sum;
  };
  const observed = dot();
  const draws = permutations ?? (b.length > 10_000 ? 999 : 9999);
  const permuted = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    for (let index = b.length - 1; index > 0; index--) {
      const other = randomInteger(random, index + 1);
      const kept = b[index] ?? 0;
      b[index] = b[other] ?? 0;
      b[other] = kept;
    }
    permuted[draw] = dot();
    yield (draw + 1) / draws;
  }
  return { r, p: permutationP(observed, permuted), n: a.length };
}

/** Sums over the groups of ties of a column that Kendall's tau needs. */
interface TieSums {
  /** sum t (t - 1) / 2. */
  pairs: number;
  /** sum t (t - 1) (t - 2). */
  triples: number;
  /** sum t (t - 1) (2 t + 5). */
  variance: number;
}

function tieSums(sizes: Iterable<number>): TieSums {
  const sums = { pairs: 0, triples: 0, variance: 0 };
  for (const t of sizes) {
    sums.pairs += (t * (t - 1)) / 2;
    sums.triples += t * (t - 1) * (t - 2);
    sums.variance += t * (t - 1) * (2 * t + 5);
  }
  return sums;
}

/** Sorts in place and returns how many pairs were out of order (strictly). Merge sort. */
function countInversions(values: Float64Array): number {
  let source: Float64Array = values;
  let target: Float64Array = new Float64Array(values.length);
  let inversions = 0;
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width)
      inversions += merge(source, target, start, start + width, start + 2 * width);
    [source, target] = [target, source];
  }
  return inversions;
}

function merge(from: Float64Array, to: Float64Array, start: number, middle: number, end: number): number {
  const half = Math.min(middle, from.length);
  const stop = Math.min(end, from.length);
  let [left, right, inversions] = [start, half, 0];
  for (let at = start; at < stop; at++) {
    const takeLeft = left < half && (right >= stop || (from[left] ?? 0) <= (from[right] ?? 0));
    if (!takeLeft) inversions += half - left;
    to[at] = (takeLeft ? from[left++] : from[right++]) ?? 0;
  }
  return inversions;
}

/** Variance of the number of concordant less discordant pairs under independence, with ties (Kendall 1970). */
function kendallVariance(n: number, x: TieSums, y: TieSums): number {
  const pairs = n * (n - 1);
  return (
    (pairs * (2 * n + 5) - x.variance - y.variance) / 18 +
    (2 * x.pairs * y.pairs) / pairs +
    (n > 2 ? (x.triples * y.triples) / (9 * pairs * (n - 2)) : 0)
  );
}

/**
 * Kendall's tau-b, with the tie-corrected normal p. Knight 1966, O(n log n).
 *
 * @throws {RangeError} if the columns differ in length.
 */
export function kendallTauB(x: ArrayLike<number>, y: ArrayLike<number>): Correlation {
  const [a = new Float64Array(), b = new Float64Array()] = completeRows([x, y]);
  const n = a.length;
  const order = sortOrder(a);
  const sorted = Float64Array.from(order, (index) => b[index] ?? NaN);
  let joint = 0;
  forEachTie(a, order, (from, to) => {
    // Within a tie of x, y ascending: no inversion is counted there.
    const run = sorted.subarray(from, to).sort();
    for (const t of midranks(run).groups) joint += (t * (t - 1)) / 2;
  });
  const [tiesX, tiesY] = [tieSums(midranks(a).groups), tieSums(midranks(b).groups)];
  const discordant = countInversions(sorted);
  const pairs = (n * (n - 1)) / 2;
  const balance = pairs - tiesX.pairs - tiesY.pairs + joint - 2 * discordant;
  const scale = Math.sqrt(pairs - tiesX.pairs) * Math.sqrt(pairs - tiesY.pairs);
  if (!(scale > 0)) return { r: NaN, p: NaN, n };
  const r = Math.max(-1, Math.min(1, balance / scale));
  return { r, p: normalTwoSided(balance / Math.sqrt(kendallVariance(n, tiesX, tiesY))), n };
}
