/**
 * What the panel "Two runs" shows: the same samples under two models, as Li et al. 2025 (arXiv 2502.01187, section 3)
 * compare two training mixes: differences of the match length, pair by pair.
 */
import type { MatchLengths } from '../statistics/matchLength.ts';
import { wilcoxonSignedRank, type WilcoxonSignedRank } from '../statistics/paired.ts';
import { hodgesLehmannPaired, type Shift } from '../statistics/shift.ts';
import { betaInc } from '../statistics/special.ts';
import { tallyMedian } from '../statistics/tally.ts';

/** How often two match lengths were seen together. */
export interface PairCell {
  readonly before: number;
  readonly after: number;
  readonly count: number;
}

export interface PairedAnalysis {
  /** Samples whose N is known in both runs. */
  readonly pairs: number;
  readonly increases: number;
  readonly decreases: number;
  readonly equal: number;
  readonly test: WilcoxonSignedRank;
  /** Two-sided sign test of the pairs that differ, exact; NaN without one. */
  readonly signP: number;
  /** Hodges-Lehmann shift of after over before, tokens. */
  readonly shift: Shift;
  readonly meanBefore: number;
  readonly meanAfter: number;
  readonly medianDifference: number;
  /** Pairs censored in the first run only, the second only, both: their true difference is not known. */
  readonly censoredBefore: number;
  readonly censoredAfter: number;
  readonly censoredBoth: number;
  /** `[samples]` after minus before; NaN where a run has no N. */
  readonly differences: Float64Array;
  /** Pairs at each difference: `counts[d - lowest]`. */
  readonly lowest: number;
  readonly counts: Uint32Array;
  /** Every pair of match lengths that was seen, by rising `before`, then `after`. */
  readonly cells: readonly PairCell[];
}

/** P(at most k or at least m - k of m fair coins fall one way), two-sided. */
function signTest(one: number, other: number): number {
  const flips = one + other;
  if (flips === 0) return NaN;
  const fewer = Math.min(one, other);
  if (2 * fewer === flips) return 1;
  // P(Bin(m, 1/2) <= k) = I_{1/2}(m - k, k + 1).
  return Math.min(1, 2 * betaInc(flips - fewer, fewer + 1, 0.5));
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function cellsOf(before: readonly number[], after: readonly number[]): PairCell[] {
  const width = Math.max(0, ...new Set(after)) + 1;
  const counts = new Map<number, number>();
  before.forEach((from, pair) => {
    const key = from * width + (after[pair] ?? 0);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  return Array.from(counts, ([key, count]) => ({
    before: Math.floor(key / width),
    after: key % width,
    count,
  })).sort((a, b) => a.before - b.before || a.after - b.after);
}

function countDifferences(known: Float64Array): { lowest: number; counts: Uint32Array } {
  if (known.length === 0) return { lowest: 0, counts: new Uint32Array() };
  const lowest = known.reduce((least, value) => Math.min(least, value), Infinity);
  const highest = known.reduce((most, value) => Math.max(most, value), -Infinity);
  const counts = new Uint32Array(highest - lowest + 1);
  for (const value of known) counts[value - lowest] = (counts[value - lowest] ?? 0) + 1;
  return { lowest, counts };
}

/**
 * Compares two match lengths of the same samples.
 *
 * @param before whole tokens; NaN where unknown. `after` likewise, of the same samples in the same order.
 * @throws {RangeError} if the arrays differ in length.
 */
export function comparePaired(before: MatchLengths, after: MatchLengths): PairedAnalysis {
  const sizes = [before.n, before.length, after.n, after.length].map(({ length }) => length);
  if (new Set(sizes).size > 1) throw new RangeError(`pairs from ${sizes.join(', ')} values`);
  const differences = Float64Array.from(before.n, (from, sample) => (after.n[sample] ?? NaN) - from);
  const places = Array.from(differences.keys()).filter((sample) => !Number.isNaN(differences[sample]));
  const one = places.map((sample) => before.n[sample] ?? NaN);
  const other = places.map((sample) => after.n[sample] ?? NaN);
  const known = Float64Array.from(places, (sample) => differences[sample] ?? NaN);
  const isCensored = ({ n, length }: MatchLengths, sample: number): boolean =>
    (n[sample] ?? NaN) >= (length[sample] ?? NaN);
  const censored = places.map(
    (sample) => Number(isCensored(before, sample)) + 2 * Number(isCensored(after, sample)),
  );
  const count = (values: ArrayLike<number>, holds: (value: number) => boolean): number =>
    Array.from(values).filter(holds).length;
  const increases = count(known, (value) => value > 0);
  const decreases = count(known, (value) => value < 0);
  return {
    pairs: places.length,
    increases,
    decreases,
    equal: places.length - increases - decreases,
    test: wilcoxonSignedRank(one, other),
    signP: signTest(increases, decreases),
    shift: hodgesLehmannPaired(known),
    meanBefore: meanOf(one),
    meanAfter: meanOf(other),
    medianDifference: tallyMedian(known),
    censoredBefore: count(censored, (which) => which === 1),
    censoredAfter: count(censored, (which) => which === 2),
    censoredBoth: count(censored, (which) => which === 3),
    differences,
    ...countDifferences(known),
    cells: cellsOf(one, other),
  };
}
