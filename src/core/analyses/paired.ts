/**
 * What the panel "Two runs" shows: the same samples under two models, as Li et al. 2025 (arXiv 2502.01187, section 3)
 * compare two training mixes: differences of the match length, pair by pair.
 */
import type { MatchLengths } from '../statistics/matchLength.ts';
import { wilcoxonSignedRank, type WilcoxonSignedRank } from '../statistics/paired.ts';
import { numbersOf } from '../statistics/ranks.ts';
import { hodgesLehmannPaired, type Shift } from '../statistics/shift.ts';
import { betaInc } from '../statistics/special.ts';
import { tally, tallyMedian } from '../statistics/tally.ts';

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

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function cellsOf(before: Float64Array, after: Float64Array): PairCell[] {
  let width = 1;
  for (const to of after) width = Math.max(width, to + 1);
  const { values, counts } = tally(before.map((from, pair) => from * width + (after[pair] ?? 0)));
  return Array.from(values, (key, index) => ({
    before: Math.floor(key / width),
    after: key % width,
    count: counts[index] ?? 0,
  }));
}

function countDifferences(known: Float64Array): { lowest: number; counts: Uint32Array } {
  if (known.length === 0) return { lowest: 0, counts: new Uint32Array() };
  const lowest = known.reduce((least, value) => Math.min(least, value), Infinity);
  const highest = known.reduce((most, value) => Math.max(most, value), -Infinity);
  const counts = new Uint32Array(highest - lowest + 1);
  for (const value of known) counts[value - lowest] = (counts[value - lowest] ?? 0) + 1;
  return { lowest, counts };
}

/** The pairs whose N is known in both runs, in their order. */
interface KnownPairs {
  /** `[samples]` NaN where a run has no N. */
  readonly differences: Float64Array;
  readonly ofBefore: Float64Array;
  readonly ofAfter: Float64Array;
  /** How many are censored in which run. */
  readonly censored: [neither: number, before: number, after: number, both: number];
}

function knownPairs(before: MatchLengths, after: MatchLengths): KnownPairs {
  const size = before.n.length;
  const differences = new Float64Array(size);
  const ofBefore = new Float64Array(size);
  const ofAfter = new Float64Array(size);
  const censored: KnownPairs['censored'] = [0, 0, 0, 0];
  let pairs = 0;
  for (let sample = 0; sample < size; sample++) {
    const from = before.n[sample] ?? NaN;
    const to = after.n[sample] ?? NaN;
    differences[sample] = to - from;
    if (Number.isNaN(to - from)) continue;
    ofBefore[pairs] = from;
    ofAfter[pairs++] = to;
    const isCensored = Number(from >= (before.length[sample] ?? NaN));
    const which = isCensored + 2 * Number(to >= (after.length[sample] ?? NaN));
    censored[which as 0 | 1 | 2 | 3]++;
  }
  return {
    differences,
    ofBefore: ofBefore.subarray(0, pairs),
    ofAfter: ofAfter.subarray(0, pairs),
    censored,
  };
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
  const { differences, ofBefore, ofAfter, censored } = knownPairs(before, after);
  const changes = numbersOf(differences);
  const pairs = changes.length;
  let increases = 0;
  let decreases = 0;
  for (const change of changes) {
    increases += Number(change > 0);
    decreases += Number(change < 0);
  }
  return {
    pairs,
    increases,
    decreases,
    equal: pairs - increases - decreases,
    test: wilcoxonSignedRank(ofBefore, ofAfter),
    signP: signTest(increases, decreases),
    shift: hodgesLehmannPaired(changes),
    meanBefore: meanOf(ofBefore),
    meanAfter: meanOf(ofAfter),
    medianDifference: tallyMedian(changes),
    censoredBefore: censored[1],
    censoredAfter: censored[2],
    censoredBoth: censored[3],
    differences,
    ...countDifferences(changes),
    cells: cellsOf(ofBefore, ofAfter),
  };
}
