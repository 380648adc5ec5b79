/** What the panel "Decomposition" shows: P(N >= n) as a product of conditional probabilities, by group. */
import {
  forEachMatch,
  summarizeMatches,
  type MatchLengths,
  type MatchSummary,
} from '../statistics/matchLength.ts';
import { excessSkewness, fitBetaGeometric, fitGeometric, runningSplit } from '../statistics/parametric.ts';
import type { ExcessSkewness, VarianceSplit } from '../statistics/parametric.ts';
import { addSoft, isScored, softResult, softSums } from '../statistics/soft.ts';
import {
  kaplanMeier,
  logRank,
  restrictedMean,
  type LogRank,
  type RestrictedMean,
  type SurvivalPoint,
} from '../statistics/survival.ts';

/** Which group each sample is in. */
export interface Groups {
  readonly names: readonly string[];
  /** `[samples]` index into `names`; -1 for none. */
  readonly of: Int16Array;
}

/** Values of each sample's suffix laid end to end. */
export interface Suffixes {
  /** Log-probabilities, nats. */
  readonly values: Float32Array;
  /** 1 where the token is the model's first choice. */
  readonly correct: Uint8Array;
  /** `[samples + 1]`; an unscored sample is empty. */
  readonly offsets: Uint32Array;
}

export interface SurvivalCurve {
  readonly name: string;
  readonly summary: MatchSummary;
  readonly points: readonly SurvivalPoint[];
  /** Restricted mean match length up to {@link Decomposition.tau}, tokens; NaN if the curve ends before. */
  readonly restrictedMean: RestrictedMean;
}

export interface Decomposition {
  readonly whole: SurvivalCurve;
  readonly groups: readonly SurvivalCurve[];
  /** Tokens up to which the means are taken: the longest that every curve reaches. */
  readonly tau: number;
  readonly logRank: LogRank;
  /** `[max L]` p_n that the beta-geometric fit gives to a population none of whose samples has a rising p; empty without a fit. */
  readonly frailtyP: Float64Array;
  /** 1 / (a + b + 1) of that fit, NaN without. */
  readonly rho: number;
  /** The constant p of the geometric fit. */
  readonly constantP: number;
  /** `[max L]` survival of one sampled continuation (temperature 1), mean over the samples. */
  readonly softSurvival: Float64Array;
  readonly variance: VarianceSplit;
  readonly skewness: ExcessSkewness;
}

/** The matches of some samples. */
export function matchesOf({ n, length }: MatchLengths, isIn: (index: number) => boolean): MatchLengths {
  const picked = [new Float64Array(n.length), new Float64Array(n.length)] as const;
  let size = 0;
  for (let index = 0; index < n.length; index++)
    if (isIn(index)) {
      picked[0][size] = n[index] ?? NaN;
      picked[1][size++] = length[index] ?? NaN;
    }
  return { n: picked[0].slice(0, size), length: picked[1].slice(0, size) };
}

/** The matches of each group; of those samples that `counts` lets in. O(samples + groups). */
export function matchesByGroup(
  { n, length }: MatchLengths,
  { names, of }: Groups,
  counts: (n: number, length: number) => boolean = () => true,
): MatchLengths[] {
  const sizes = new Uint32Array(names.length);
  const forEachMember = (use: (group: number, n: number, length: number) => void): void => {
    for (let index = 0; index < n.length; index++) {
      const [group, match, tokens] = [of[index] ?? -1, n[index] ?? NaN, length[index] ?? NaN];
      if (group >= 0 && counts(match, tokens)) use(group, match, tokens);
    }
  };
  forEachMember((group) => {
    sizes[group] = (sizes[group] ?? 0) + 1;
  });
  const parts = Array.from(sizes, (size) => ({ n: new Float64Array(size), length: new Float64Array(size) }));
  sizes.fill(0);
  forEachMember((group, match, tokens) => {
    const at = sizes[group] ?? 0;
    parts[group]?.n.fill(match, at, at + 1);
    parts[group]?.length.fill(tokens, at, at + 1);
    sizes[group] = at + 1;
  });
  return parts;
}

export const suffixOf = ({ values, offsets }: Suffixes, index: number): Float32Array =>
  values.subarray(offsets[index], offsets[index + 1]);

/** The last token that a curve reaches; a curve that fell to 0 reaches every one. */
function reachOf(points: readonly SurvivalPoint[], longest: number): number {
  if (points.at(-1)?.survival === 0) return longest;
  const last = points.findLastIndex(({ survival }) => !Number.isNaN(survival));
  return last + 1;
}

/**
 * Decomposes a set of match lengths.
 *
 * @param suffixes log-probabilities of the suffixes' tokens, nats.
 * @param groups null for one group.
 * @throws {RangeError} unless every sample has 0 <= N <= L in whole tokens.
 */
export function decompose(matches: MatchLengths, suffixes: Suffixes, groups: Groups | null): Decomposition {
  const parts = (groups ? matchesByGroup(matches, groups) : []).map((own, group) => ({
    name: groups?.names[group] ?? '',
    matches: own,
  }));
  const present = parts
    .map((part) => ({ ...part, points: kaplanMeier(part.matches) }))
    .filter(({ points }) => points.length > 0);
  const points = kaplanMeier(matches);
  const tau = [{ points }, ...present].reduce(
    (least, curve) => Math.min(least, reachOf(curve.points, points.length)),
    points.length,
  );
  const curve = (name: string, of: MatchLengths, its: readonly SurvivalPoint[]): SurvivalCurve => ({
    name,
    summary: summarizeMatches(of),
    points: its,
    restrictedMean: restrictedMean(its, tau),
  });
  const soft = softSplit(matches, suffixes, points.length);
  const { a, b, rho } = fitBetaGeometric(matches);
  const { p } = fitGeometric(matches);
  return {
    whole: curve('all samples', matches, points),
    groups: present.map((part) => curve(part.name, part.matches, part.points)),
    tau,
    logRank: logRank(present.map((part) => part.matches)),
    frailtyP: Number.isNaN(a)
      ? new Float64Array(0)
      : Float64Array.from(points, ({ i }) => (a + i - 1) / (a + b + i - 1)),
    rho,
    constantP: p,
    ...soft,
    skewness: excessSkewness(matches, p),
  };
}

/** What one sampled continuation of each prefix gives, both from one pass over the tokens. */
function softSplit(
  matches: MatchLengths,
  { values, offsets }: Suffixes,
  longest: number,
): Pick<Decomposition, 'softSurvival' | 'variance'> {
  const sums = softSums(longest);
  const split = runningSplit();
  forEachMatch(matches, (_n, _length, index) => {
    const [from, to] = [offsets[index] ?? 0, offsets[index + 1] ?? 0];
    if (isScored(values, from, to)) split.add(addSoft(sums, values, from, to));
  });
  // A suffix with an unscored token is left out, so the longest may be.
  const reach = sums.ends.findLastIndex((suffixes) => suffixes > 0) + 1;
  return { softSurvival: softResult(sums).survival.slice(0, reach), variance: split.result() };
}
