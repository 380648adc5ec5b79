/** Two independent samples: do they come from one distribution? Match lengths are full of ties, so all allow them. */
import { randomInteger, seededRandom } from '../random.ts';
import { midranks, numbersOf, type Ranks } from './ranks.ts';
import { kolmogorovTail, normalTwoSided } from './special.ts';
import { asTally, type Sample } from './tally.ts';

/** Result of {@link mannWhitney}. */
export interface MannWhitney {
  /** Pairs in which x is the larger, ties half. */
  readonly u: number;
  /** The p to report, two-sided, by `method`. */
  readonly p: number;
  /** `exact`: all assignments, ties included; `permutation`: random ones, seeded; `normal`: tie-corrected. */
  readonly method: 'exact' | 'permutation' | 'normal';
  /** Normal approximation with tie and continuity correction. */
  readonly asymptoticP: number;
  /** P(Y > X) + P(Y = X) / 2. */
  readonly superiority: number;
  /** Cliff's delta of y over x: P(Y > X) - P(Y < X), -1 .. 1. */
  readonly delta: number;
}

/** Products of sample sizes up to this are enumerated. */
const EXACT_PAIRS = 400;
/** With more ties than this share of the values in a group of equals, the normal approximation is not trusted. */
const TIED_SHARE = 0.2;
/** ... up to this many values, beyond which it is good whatever the ties. */
const PERMUTATION_LIMIT = 2000;
const PERMUTATIONS = 9999;

function normalApproximation(u: number, n1: number, n2: number, tieTerm: number): number {
  const n = n1 + n2;
  const variance = ((n1 * n2) / 12) * (n + 1 - tieTerm / (n * (n - 1)));
  const distance = Math.max(0, Math.abs(u - (n1 * n2) / 2) - 0.5);
  return variance > 0 ? normalTwoSided(distance / Math.sqrt(variance)) : 1;
}

/**
 * Share of all choices of `size` of the ranks whose sum lies at least as far from its mean as `seen`. Counts them
 * by sum, on doubled ranks (whole numbers). O(n size sum).
 */
function exactRankSum(ranks: Float64Array, size: number, seen: number): number {
  const doubled = ranks.map((rank) => Math.round(2 * rank));
  const most = doubled
    .toSorted()
    .subarray(ranks.length - size)
    .reduce((sum, rank) => sum + rank, 0);
  const width = most + 1;
  // ways[k * width + s]: choices of k ranks with sum s; at most C(40, 20), so exact in a double.
  const ways = new Float64Array((size + 1) * width);
  ways[0] = 1;
  doubled.forEach((rank) => {
    for (let k = size; k >= 1; k--)
      for (let s = width - 1; s >= rank; s--)
        ways[k * width + s] = (ways[k * width + s] ?? 0) + (ways[(k - 1) * width + s - rank] ?? 0);
  });
  const last = ways.subarray(size * width);
  const center = size * (ranks.length + 1);
  const far = Math.abs(2 * seen - center);
  let all = 0;
  let hits = 0;
  last.forEach((count, sum) => {
    all += count;
    if (Math.abs(sum - center) >= far - 1e-9) hits += count;
  });
  return hits / all;
}

/** The same share among random choices, (1 + hits) / (B + 1). */
function permutedRankSum(ranks: Float64Array, size: number, seen: number, seed: number): number {
  const random = seededRandom(seed);
  const deck = ranks.slice();
  const center = (size * (ranks.length + 1)) / 2;
  const far = Math.abs(seen - center);
  let hits = 0;
  for (let draw = 0; draw < PERMUTATIONS; draw++) {
    let sum = 0;
    for (let index = 0; index < size; index++) {
      const other = index + randomInteger(random, deck.length - index);
      const rank = deck[other] ?? NaN;
      deck[other] = deck[index] ?? NaN;
      deck[index] = rank;
      sum += rank;
    }
    hits += Number(Math.abs(sum - center) >= far - 1e-9);
  }
  return (1 + hits) / (PERMUTATIONS + 1);
}

function chooseMethod(pairs: number, { groups, ranks }: Ranks): MannWhitney['method'] {
  if (pairs <= EXACT_PAIRS) return 'exact';
  const tied = groups.reduce((sum, size) => sum + (size > 1 ? size : 0), 0);
  return tied > TIED_SHARE * ranks.length && ranks.length <= PERMUTATION_LIMIT ? 'permutation' : 'normal';
}

/** U and the effect sizes of {@link MannWhitney}, which need no test. */
export type RankEffect = Pick<MannWhitney, 'u' | 'superiority' | 'delta'>;

/** Effect sizes of {@link mannWhitney} without its test. O(distinct values) of tallies. @returns NaN if a sample is empty. */
export function rankEffect(x: Sample, y: Sample): RankEffect {
  const [one, other] = [asTally(x), asTally(y)];
  const pairs = one.n * other.n;
  let [u, below, at] = [0, 0, 0];
  one.values.forEach((value, index) => {
    while (at < other.values.length && (other.values[at] ?? NaN) < value) below += other.counts[at++] ?? 0;
    const ties = other.values[at] === value ? (other.counts[at] ?? 0) : 0;
    u += (one.counts[index] ?? 0) * (below + ties / 2);
  });
  if (pairs === 0) return { u: NaN, superiority: NaN, delta: NaN };
  const superiority = 1 - u / pairs;
  return { u, superiority, delta: 2 * superiority - 1 };
}

/**
 * Mann-Whitney test, two-sided, with effect sizes. Exact up to 400 pairs; a seeded permutation of 9,999 if more
 * than 20 % of at most 2,000 values are tied; else the tie-corrected normal approximation. NaN values are left out.
 * O(n log n).
 *
 * @returns NaN if a sample is empty; p = 1 if all values are equal.
 */
export function mannWhitney(x: ArrayLike<number>, y: ArrayLike<number>, seed = 1): MannWhitney {
  const first = numbersOf(x);
  const second = numbersOf(y);
  const [n1, n2] = [first.length, second.length];
  if (n1 === 0 || n2 === 0)
    return { u: NaN, p: NaN, method: 'exact', asymptoticP: NaN, superiority: NaN, delta: NaN };
  const pooled = new Float64Array(n1 + n2);
  pooled.set(first);
  pooled.set(second, n1);
  const ranked = midranks(pooled);
  const sum = ranked.ranks.subarray(0, n1).reduce((total, rank) => total + rank, 0);
  const u = sum - (n1 * (n1 + 1)) / 2;
  const asymptoticP = normalApproximation(u, n1, n2, ranked.tieTerm);
  const method = chooseMethod(n1 * n2, ranked);
  // The smaller sample is the cheaper one to choose.
  const [size, seen] = n1 <= n2 ? [n1, sum] : [n2, ((n1 + n2) * (n1 + n2 + 1)) / 2 - sum];
  const p = {
    exact: () => exactRankSum(ranked.ranks, size, seen),
    permutation: () => permutedRankSum(ranked.ranks, size, seen, seed),
    normal: () => asymptoticP,
  }[method]();
  const superiority = 1 - u / (n1 * n2);
  return { u, p, method, asymptoticP, superiority, delta: 2 * superiority - 1 };
}

/** Cliff's delta of y over x: P(Y > X) - P(Y < X). O(n log n). Small .147, medium .33, large .474 (Romano 2006). */
export function cliffsDelta(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return effectOf(x, y).delta;
}

function effectOf(x: ArrayLike<number>, y: ArrayLike<number>): { delta: number } {
  const first = numbersOf(x).sort();
  const second = numbersOf(y).sort();
  let below = 0;
  let upTo = 0;
  let balance = 0;
  for (const value of second) {
    while (below < first.length && (first[below] ?? NaN) < value) below++;
    while (upTo < first.length && (first[upTo] ?? NaN) <= value) upTo++;
    // `below` values of x are smaller, those from `upTo` on larger.
    balance += below - (first.length - upTo);
  }
  return { delta: balance / (first.length * second.length) };
}

/** Result of {@link kolmogorovSmirnov}. */
export interface KolmogorovSmirnov {
  /** Largest distance of the two empirical distribution functions. */
  readonly d: number;
  readonly p: number;
  /** `exact` conditions on the ties, as a permutation of all assignments would. */
  readonly method: 'exact' | 'asymptotic';
}

/** Pairs up to which the exact p is computed. */
const EXACT_PATHS = 4_000_000;

/** Values of both samples in one order: how many of each up to the end of every group of ties. */
function jointSteps(x: Float64Array, y: Float64Array): { atX: number[]; atY: number[] } {
  const [first, second] = [x.toSorted(), y.toSorted()];
  const atX: number[] = [];
  const atY: number[] = [];
  let [i, j] = [0, 0];
  while (i < first.length || j < second.length) {
    const value = Math.min(first[i] ?? Infinity, second[j] ?? Infinity);
    while (i < first.length && first[i] === value) i++;
    while (j < second.length && second[j] === value) j++;
    atX.push(i);
    atY.push(j);
  }
  return { atX, atY };
}

/**
 * P(D >= far / (n1 n2)) over all assignments: lattice paths checked where a group of ties ends (Schroer and
 * Trenkler 1995). State: how many of the first `seen` values are from x; moves have hypergeometric probabilities.
 */
function exactPaths(n1: number, n2: number, ends: ReadonlySet<number>, far: number): number {
  let inside = new Float64Array(n1 + 1);
  inside[0] = 1;
  const n = n1 + n2;
  for (let seen = 0; seen < n; seen++) {
    const next = new Float64Array(n1 + 1);
    for (let i = Math.max(0, seen - n2); i <= Math.min(n1, seen); i++) {
      const mass = inside[i] ?? 0;
      if (mass === 0) continue;
      const toX = (n1 - i) / (n - seen);
      if (i < n1) next[i + 1] = (next[i + 1] ?? 0) + mass * toX;
      next[i] = (next[i] ?? 0) + mass * (1 - toX);
    }
    if (ends.has(seen + 1))
      for (let i = 0; i <= n1; i++) if (Math.abs(i * n2 - (seen + 1 - i) * n1) >= far) next[i] = 0;
    inside = next;
  }
  return 1 - (inside[n1] ?? 0);
}

/**
 * Two-sample Kolmogorov-Smirnov test, two-sided. The usual p takes no account of ties and is too large with them;
 * here all assignments of the tied values are counted up to 4 million pairs, beyond Kolmogorov's limit is used
 * (conservative). O(n log n + n1 n2).
 *
 * @returns NaN if a sample is empty.
 */
export function kolmogorovSmirnov(x: ArrayLike<number>, y: ArrayLike<number>): KolmogorovSmirnov {
  const first = numbersOf(x);
  const second = numbersOf(y);
  const [n1, n2] = [first.length, second.length];
  if (n1 === 0 || n2 === 0) return { d: NaN, p: NaN, method: 'exact' };
  const { atX, atY } = jointSteps(first, second);
  // Whole numbers, so that equal distances compare equal.
  const far = atX.reduce((most, i, step) => Math.max(most, Math.abs(i * n2 - (atY[step] ?? 0) * n1)), 0);
  const d = far / (n1 * n2);
  if (far === 0) return { d, p: 1, method: 'exact' };
  if (n1 * n2 > EXACT_PATHS)
    return { d, p: kolmogorovTail(d * Math.sqrt((n1 * n2) / (n1 + n2))), method: 'asymptotic' };
  const ends = new Set(atX.map((i, step) => i + (atY[step] ?? 0)));
  return { d, p: Math.max(0, exactPaths(Math.min(n1, n2), Math.max(n1, n2), ends, far)), method: 'exact' };
}
