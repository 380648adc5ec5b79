/**
 * What the panel "Groups" shows: do groups of samples differ in their match lengths, and by how much? Li et al. 2025
 * (arXiv 2502.01187) compare training mixes by their whole distributions; so do rank and log-rank tests.
 */
import { kruskalWallis } from '../statistics/kSample.ts';
import { summarizeMatches, type MatchLengths, type MatchSummary } from '../statistics/matchLength.ts';
import { hodgesLehmann, meanPermutation, type Shift } from '../statistics/shift.ts';
import { kaplanMeier, logRank } from '../statistics/survival.ts';
import { tally, type Tally } from '../statistics/tally.ts';
import { survivalQuantile, type SurvivalQuantile } from '../statistics/survivalQuantile.ts';
import { kolmogorovSmirnov, mannWhitney, rankEffect } from '../statistics/twoSample.ts';
import { matchesByGroup, type Groups } from './decomposition.ts';

/** Groups of fewer samples than this are listed, not compared. */
export const SMALLEST_GROUP = 3;

/** Quantiles that are drawn. */
export const DRAWN_QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9] as const;

export interface GroupSummary {
  readonly name: string;
  /** Index in the groups that were given. */
  readonly group: number;
  readonly summary: MatchSummary;
  /** Mean of N, censored ones as they are: too low. */
  readonly mean: number;
  /** At {@link DRAWN_QUANTILES}, from the Kaplan-Meier curve; the third is the median, with its 95% interval. */
  readonly quantiles: readonly SurvivalQuantile[];
  /** `[max L + 1]` samples at each N, censored ones included. */
  readonly counts: Float64Array;
  /** `[max L + 1]` those of them that are censored: no miss up to the suffix's end. */
  readonly censored: Float64Array;
}

export type GroupTestName =
  'mann-whitney' | 'permutation' | 'kolmogorov-smirnov' | 'kruskal-wallis' | 'log-rank';

export interface GroupTest {
  readonly name: GroupTestName;
  /** U, difference of means (tokens), D, H, chi-squared. */
  readonly statistic: number;
  readonly p: number;
  readonly method: 'exact' | 'permutation' | 'normal' | 'asymptotic';
}

/** How far two groups are apart; indices into {@link GroupEstimates.groups}. */
export interface PairEffect {
  readonly first: number;
  readonly second: number;
  /** P(N of the second > N of the first) + P(equal) / 2, with censored N as they are. */
  readonly superiority: number;
  /** Cliff's delta of the second over the first. */
  readonly delta: number;
  /**
   * Hodges-Lehmann shift of the second over the first, tokens. NaN if in half or more of the pairs of samples an N is
   * censored: then the median difference is not known.
   */
  readonly shift: Shift;
}

/** p values of two groups, not adjusted for the number of pairs. */
export interface PairTest {
  /** By {@link GroupEstimates.primary}: log-rank or Mann-Whitney. */
  readonly p: number;
  readonly rankP: number;
  readonly logRankP: number;
}

/** All that needs no test. */
export interface GroupEstimates {
  readonly groups: readonly GroupSummary[];
  /** Groups with fewer than {@link SMALLEST_GROUP} scored samples. */
  readonly tooSmall: readonly { readonly name: string; readonly samples: number }[];
  /** True if all compared samples have one N: then there is nothing to compare. */
  readonly isConstant: boolean;
  /** True if suffixes differ in length, so that only the log-rank test treats all fairly. */
  readonly lengthsDiffer: boolean;
  readonly primary: 'mann-whitney' | 'log-rank';
  /** Every pair; none if nothing varies. */
  readonly effects: readonly PairEffect[];
  /** H / (n - 1), the share of the ranks' variance between the groups. */
  readonly epsilon2: number;
}

export interface GroupTests {
  /** Of two groups: all that compare two samples. Of more: those of all at once. */
  readonly tests: readonly GroupTest[];
  /** In the order of {@link GroupEstimates.effects}. */
  readonly pairs: readonly PairTest[];
  /** Random assignments of the permutation test. */
  readonly permutations: number;
}

interface Part {
  readonly name: string;
  readonly group: number;
  readonly matches: MatchLengths;
  readonly summary: MatchSummary;
  /** Of its N. */
  readonly tally: Tally;
}

function summarize({ name, group, matches, summary }: Part, size: number): GroupSummary {
  const points = kaplanMeier(matches);
  const counts = new Float64Array(size);
  const censored = new Float64Array(size);
  let total = 0;
  for (let index = 0; index < matches.n.length; index++) {
    const n = matches.n[index] ?? NaN;
    counts[n] = (counts[n] ?? 0) + 1;
    if (n === matches.length[index]) censored[n] = (censored[n] ?? 0) + 1;
    total += n;
  }
  const quantiles = DRAWN_QUANTILES.map((q) => survivalQuantile(points, q));
  return { name, group, summary, mean: total / matches.n.length, quantiles, counts, censored };
}

/** Share of the pairs of samples in which at least one N is censored. */
const censoredPairs = (a: MatchSummary, b: MatchSummary): number =>
  1 - (1 - a.censoredShare) * (1 - b.censoredShare);

function effectOf([one, other]: readonly [Part, Part]): Omit<PairEffect, 'first' | 'second'> {
  const { superiority, delta } = rankEffect(one.tally, other.tally);
  const isKnown = censoredPairs(one.summary, other.summary) < 0.5;
  const shift = isKnown ? hodgesLehmann(one.tally, other.tally) : { estimate: NaN, low: NaN, high: NaN };
  return { superiority, delta, shift };
}

function testPair(
  [one, other]: readonly [Part, Part],
  primary: GroupEstimates['primary'],
  seed: number,
): PairTest {
  const { p: rankP } = mannWhitney(one.matches.n, other.matches.n, seed);
  const { p: logRankP } = logRank([one.matches, other.matches]);
  return { p: primary === 'log-rank' ? logRankP : rankP, rankP, logRankP };
}

function testsOfTwo(
  { matches: x }: Part,
  { matches: y }: Part,
  seed: number,
): { tests: GroupTest[]; permutations: number } {
  const rank = mannWhitney(x.n, y.n, seed);
  const { difference, p, permutations } = meanPermutation(x.n, y.n, seed);
  const distance = kolmogorovSmirnov(x.n, y.n);
  const curves = logRank([x, y]);
  const tests: GroupTest[] = [
    { name: 'mann-whitney', statistic: rank.u, p: rank.p, method: rank.method },
    { name: 'permutation', statistic: difference, p, method: 'permutation' },
    { name: 'kolmogorov-smirnov', statistic: distance.d, p: distance.p, method: distance.method },
    { name: 'log-rank', statistic: curves.chi2, p: curves.p, method: 'asymptotic' },
  ];
  return { tests, permutations };
}

function testsOfAll(parts: readonly Part[]): GroupTest[] {
  const { h, p } = kruskalWallis(parts.map(({ matches }) => matches.n));
  const curves = logRank(parts.map(({ matches }) => matches));
  return [
    { name: 'kruskal-wallis', statistic: h, p, method: 'asymptotic' },
    { name: 'log-rank', statistic: curves.chi2, p: curves.p, method: 'asymptotic' },
  ];
}

const distinct = (tallies: readonly Tally[]): Set<number> =>
  new Set(tallies.flatMap(({ values }) => Array.from(values)));

/** What is compared, and how. */
interface Compared {
  readonly all: readonly Part[];
  /** Those that are large enough. */
  readonly parts: readonly Part[];
  readonly lengths: ReadonlySet<number>;
  readonly primary: GroupEstimates['primary'];
  readonly isConstant: boolean;
  /** Every two of the parts; none if nothing varies. */
  readonly pairs: readonly { readonly first: number; readonly second: number; readonly both: [Part, Part] }[];
}

function comparedOf(matches: MatchLengths, groups: Groups): Compared {
  const all = matchesByGroup(matches, groups, (n, length) => length > 0 && !Number.isNaN(n)).map(
    (own, group): Part => ({
      name: groups.names[group] ?? '',
      group,
      matches: own,
      summary: summarizeMatches(own),
      tally: tally(own.n),
    }),
  );
  const parts = all.filter(({ summary }) => summary.samples >= SMALLEST_GROUP);
  const lengths = distinct(parts.map((part) => tally(part.matches.length)));
  const isConstant = distinct(parts.map((part) => part.tally)).size < 2;
  const pairs = isConstant
    ? []
    : parts.flatMap((one, first) =>
        parts.slice(first + 1).map((other, offset) => {
          const both: [Part, Part] = [one, other];
          return { first, second: first + 1 + offset, both };
        }),
      );
  return { all, parts, lengths, primary: lengths.size > 1 ? 'log-rank' : 'mann-whitney', isConstant, pairs };
}

/**
 * Summaries of groups of samples, and how far each two are apart. Unscored samples and those without a suffix are
 * left out. O(samples groups).
 *
 * @throws {RangeError} unless every sample has 0 <= N <= L in whole tokens.
 */
export function estimateGroups(matches: MatchLengths, groups: Groups): GroupEstimates {
  const { all, parts, lengths, primary, isConstant, pairs } = comparedOf(matches, groups);
  const size = Math.max(0, ...lengths) + 1;
  return {
    groups: parts.map((part) => summarize(part, size)),
    tooSmall: all
      .filter(({ summary }) => summary.samples < SMALLEST_GROUP)
      .map(({ name, summary }) => ({ name, samples: summary.samples })),
    isConstant,
    lengthsDiffer: lengths.size > 1,
    primary,
    effects: pairs.map(({ first, second, both }) => ({ first, second, ...effectOf(both) })),
    epsilon2: pairs.length > 0 ? kruskalWallis(parts.map(({ matches: { n } }) => n)).epsilon2 : NaN,
  };
}

/**
 * Tests the same groups. p values are not adjusted for their number.
 *
 * @param seed of the permutations.
 * @throws {RangeError} as {@link estimateGroups}.
 */
export function testGroups(matches: MatchLengths, groups: Groups, seed: number): GroupTests {
  const { parts, primary, pairs } = comparedOf(matches, groups);
  const [x, y] = parts;
  const isComparable = pairs.length > 0;
  const whole =
    isComparable && parts.length === 2 && x && y
      ? testsOfTwo(x, y, seed)
      : { tests: isComparable ? testsOfAll(parts) : [], permutations: 0 };
  return { ...whole, pairs: pairs.map(({ both }) => testPair(both, primary, seed)) };
}
