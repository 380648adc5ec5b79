/** What the panel "Match length" shows: how often each N was seen, and what two fitted models expect. */
import {
  forEachMatch,
  summarizeMatches,
  type MatchLengths,
  type MatchSummary,
} from '../statistics/matchLength.ts';
import {
  betaGeometricSurvival,
  boundaryLikelihoodRatio,
  fitBetaGeometric,
  fitGeometric,
  geometricSurvival,
  type BetaGeometricFit,
  type GeometricFit,
} from '../statistics/parametric.ts';
import { kaplanMeier } from '../statistics/survival.ts';
import { tallyMedian } from '../statistics/tally.ts';

export interface MatchLengthAnalysis {
  readonly summary: MatchSummary;
  /** Median of N, censored ones as they are: too low if over half are censored. */
  readonly median: number;
  /** Largest N seen; NaN without samples. */
  readonly longest: number;
  /** `[max L + 1]` samples that missed after exactly n tokens. */
  readonly missed: Float64Array;
  /** `[max L + 1]` samples that were right to their end at L = n: N >= n. */
  readonly censored: Float64Array;
  /** `[max L + 1]` P(N <= n), Kaplan-Meier; NaN beyond what the data say. */
  readonly distribution: Float64Array;
  readonly geometric: GeometricFit;
  readonly betaGeometric: BetaGeometricFit;
  /** Does the second fit better than chance allows? */
  readonly ratio: { readonly lr: number; readonly p: number };
  /** `[max L + 1]` samples that each model expects to miss after exactly n tokens, given the suffix lengths. */
  readonly expectedGeometric: Float64Array;
  readonly expectedBetaGeometric: Float64Array;
  /** `[max L + 1]` samples whose suffix ends at L = n. */
  readonly ends: Float64Array;
}

/** Expected misses after n tokens: (S(n) - S(n + 1)) #{L > n}, which `longer[n]` counts. */
function expectedMisses(longer: Float64Array, survival: (n: number) => number): Float64Array {
  return longer.map((count, n) => (count === 0 ? 0 : count * (survival(n) - survival(n + 1))));
}

/**
 * Counts, fits and test of a set of match lengths. O(samples + max L^2).
 *
 * @throws {RangeError} unless every sample has 0 <= N <= L in whole tokens.
 */
export function analyseMatchLengths(matches: MatchLengths): MatchLengthAnalysis {
  let maxLength = 0;
  let longest = NaN;
  forEachMatch(matches, (n, length) => {
    maxLength = Math.max(maxLength, length);
    longest = Number.isNaN(longest) ? n : Math.max(longest, n);
  });
  const size = maxLength + 1;
  const [missed, censored, longer] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const ends = new Float64Array(size);
  forEachMatch(matches, (n, length) => {
    const counts = n === length ? censored : missed;
    counts[n] = (counts[n] ?? 0) + 1;
    ends[length] = (ends[length] ?? 0) + 1;
    longer[length - 1] = (longer[length - 1] ?? 0) + 1;
  });
  // So far those with L = n + 1: from the end on, all that are longer than n.
  for (let n = size - 2; n >= 0; n--) longer[n] = (longer[n] ?? 0) + (longer[n + 1] ?? 0);
  const points = kaplanMeier(matches);
  const geometric = fitGeometric(matches);
  const betaGeometric = fitBetaGeometric(matches);
  const { a, b } = betaGeometric;
  return {
    summary: summarizeMatches(matches),
    median: tallyMedian(matches.n),
    longest,
    missed,
    censored,
    distribution: Float64Array.from({ length: size }, (_, n) => 1 - (points[n]?.survival ?? NaN)),
    geometric,
    betaGeometric,
    ratio: boundaryLikelihoodRatio(geometric, betaGeometric),
    expectedGeometric: expectedMisses(longer, (n) => geometricSurvival(geometric.p, n)),
    expectedBetaGeometric: expectedMisses(longer, (n) => betaGeometricSurvival(a, b, n)),
    ends,
  };
}
