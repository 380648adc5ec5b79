/**
 * What the panel "Groups" shows: do groups of samples differ in their match lengths, and by how much? Li et al. 2025
 * (arXiv 2502.01187) compare training mixes by their whole distributions; so do rank and log-rank tests.
 */
import { kruskalWallis } from '../statistics/kSample.ts';
import { summarizeMatches, type MatchLengths, type MatchSummary } from '../statistics/matchLength.ts';
import { hodgesLehmann, meanPermutation, type Shift } from '../statistics/shift.ts';
import { kaplanMeier, logRank } from '../statistics/survival.ts';
import { survivalQuantile, type SurvivalQuantile } from '../statistics/survivalQuantile.ts';
import { kolmogorovSmirnov, mannWhitney } from '../statistics/twoSample.ts';
import { matchesOf, type Groups } from './decomposition.ts';

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

/** Two groups compared; indices into {@link GroupComparison.groups}. */
export interface PairComparison {
  readonly first: number;
  readonly second: number;
  /** By {@link GroupComparison.primary}: log-rank or Mann-Whitney. */
  readonly p: number;
  readonly rankP: number;
  readonly logRankP: number;
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

export interface GroupComparison {
  readonly groups: readonly GroupSummary[];
  /** Groups with fewer than {@link SMALLEST_GROUP} scored samples. */
  readonly tooSmall: readonly { readonly name: string; readonly samples: number }[];
  /** True if all compared samples have one N: then there is nothing to compare. */
  readonly isConstant: boolean;
  /** True if suffixes differ in length, so that only the log-rank test treats all fairly. */
  readonly lengthsDiffer: boolean;
  readonly primary: 'mann-whitney' | 'log-rank';
  /** Of two groups: all that compare two samples. Of more: those of all at once. */
  readonly tests: readonly GroupTest[];
  /** Every pair; none if nothing varies. */
  readonly pairs: readonly PairComparison[];
  /** H / (n - 1), the share of the ranks' variance between the groups. */
  readonly epsilon2: number;
  /** Random assignments of the permutation test. */
  readonly permutations: number;
}

interface Part {
  readonly name: string;
  readonly group: number;
  readonly matches: MatchLengths;
  readonly summary: MatchSummary;
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

function comparePair(
  [one, other]: readonly [Part, Part],
  [first, second]: readonly [number, number],
  primary: GroupComparison['primary'],
  seed: number,
): PairComparison {
  const { p: rankP, superiority, delta } = mannWhitney(one.matches.n, other.matches.n, seed);
  const { p: logRankP } = logRank([one.matches, other.matches]);
  const isKnown = censoredPairs(one.summary, other.summary) < 0.5;
  const shift = isKnown
    ? hodgesLehmann(one.matches.n, other.matches.n)
    : { estimate: NaN, low: NaN, high: NaN };
  const p = primary === 'log-rank' ? logRankP : rankP;
  return { first, second, p, rankP, logRankP, superiority, delta, shift };
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

const distinct = (parts: readonly Part[], of: (matches: MatchLengths) => ArrayLike<number>): Set<number> =>
  new Set(parts.flatMap(({ matches }) => Array.from(of(matches))));

/**
 * Compares groups of samples. Unscored samples and those without a suffix are left out. p values are not adjusted
 * for their number.
 *
 * @param seed of the permutations.
 * @throws {RangeError} unless every sample has 0 <= N <= L in whole tokens.
 */
export function compareGroups(matches: MatchLengths, groups: Groups, seed: number): GroupComparison {
  const all = groups.names.map((name, group): Part => {
    const isIn = (index: number): boolean =>
      groups.of[index] === group && (matches.length[index] ?? NaN) > 0 && !Number.isNaN(matches.n[index]);
    const own = matchesOf(matches, isIn);
    return { name, group, matches: own, summary: summarizeMatches(own) };
  });
  const parts = all.filter(({ summary }) => summary.samples >= SMALLEST_GROUP);
  const lengths = distinct(parts, ({ length }) => length);
  const size = Math.max(0, ...lengths) + 1;
  const isConstant = distinct(parts, ({ n }) => n).size < 2;
  const lengthsDiffer = lengths.size > 1;
  const primary = lengthsDiffer ? 'log-rank' : 'mann-whitney';
  const [x, y] = parts;
  const isComparable = parts.length >= 2 && !isConstant;
  const { tests, permutations } =
    isComparable && parts.length === 2 && x && y
      ? testsOfTwo(x, y, seed)
      : { tests: isComparable ? testsOfAll(parts) : [], permutations: 0 };
  const pairs = isComparable
    ? parts.flatMap((one, first) =>
        parts
          .slice(first + 1)
          .map((other, offset) => comparePair([one, other], [first, first + 1 + offset], primary, seed)),
      )
    : [];
  return {
    groups: parts.map((part) => summarize(part, size)),
    tooSmall: all
      .filter(({ summary }) => summary.samples < SMALLEST_GROUP)
      .map(({ name, summary }) => ({ name, samples: summary.samples })),
    isConstant,
    lengthsDiffer,
    primary,
    tests,
    pairs,
    epsilon2: isComparable ? kruskalWallis(parts.map(({ matches: { n } }) => n)).epsilon2 : NaN,
    permutations,
  };
}
