/**
 * What the panel "Membership" shows: how well each score tells members from non-members, always beside the blind
 * baseline that never asks the model.
 */
import { BLIND_FEATURES, blindBaseline, type BlindFeature, type Membership } from '../blindBaseline.ts';
import { randomInteger, seededRandom } from '../random.ts';
import {
  aurocOfCounts,
  countScores,
  rocOfCounts,
  tprOfCounts,
  type Auroc,
  type RocCurve,
  type ScoreCounts,
  type TprAtFpr,
} from '../statistics/membershipEvaluation.ts';
import { aurocComponents, componentVariance, type AurocComponents } from '../statistics/delong.ts';
import { sortedQuantile } from '../statistics/quantile.ts';
import { normalQuantile } from '../statistics/special.ts';
import type { TextFeatures } from '../textFeatures.ts';

/** The scores, higher = more like a member; names as in `SampleScores`. */
export const MEMBERSHIP_SCORES = [
  'loss',
  'zlib',
  'minK',
  'minKPlusPlus',
  'gapK',
  'surp',
  'reference',
  'matchLength',
] as const;
export type MembershipScore = (typeof MEMBERSHIP_SCORES)[number];

/** False-positive rates at which the true-positive rate is asked for. */
export const FALSE_POSITIVE_RATES = [0.1, 0.01, 0.001] as const;

export interface ScoreEvaluation {
  readonly auroc: Auroc;
  /** Points of the ROC curve, thinned to what a figure can show, on either scale. */
  readonly roc: RocCurve;
  /** At {@link FALSE_POSITIVE_RATES}. */
  readonly tpr: readonly TprAtFpr[];
}

/** What the scores say by themselves. */
export interface MembershipEstimates {
  /** Samples that are labelled and scored. */
  readonly members: number;
  readonly nonMembers: number;
  /** In the order of {@link MEMBERSHIP_SCORES}. */
  readonly scores: readonly ScoreEvaluation[];
}

/** What the texts say without the model. */
export interface BlindEvaluation {
  /** Null if a class has too few different texts to learn from, or the texts are not known. */
  readonly blind: ScoreEvaluation | null;
  /** AUROC of each feature of the texts by itself; below 1/2: less of it, more like a member. None without texts. */
  readonly blindFeatures: readonly { readonly name: BlindFeature; readonly auroc: number }[];
  /** `[samples]` the baseline's cross-validated log-odds. */
  readonly blindScores: Float64Array;
}

/** Points of a curve that a figure draws, at even and at logarithmic distances. */
const DRAWN = 200;

/** The last step at or below each of some rates, and both ends. */
function thinCurve(curve: RocCurve, nonMembers: number): RocCurve {
  const size = curve.fpr.length;
  if (size <= 2 * DRAWN) return curve;
  const kept = new Set([0, size - 1]);
  const lowest = Math.log(1 / nonMembers);
  const rates = Array.from({ length: DRAWN }, (_, index) => (index + 1) / DRAWN).flatMap((share) => [
    share,
    Math.exp(lowest * (1 - share)),
  ]);
  let at = 0;
  for (const rate of rates.sort((a, b) => a - b)) {
    while (at + 1 < size && (curve.fpr[at + 1] ?? Infinity) <= rate + 1e-12) at++;
    kept.add(at);
  }
  const places = [...kept].sort((a, b) => a - b);
  const pick = (values: Float64Array): Float64Array =>
    Float64Array.from(places, (place) => values[place] ?? NaN);
  return { threshold: pick(curve.threshold), fpr: pick(curve.fpr), tpr: pick(curve.tpr) };
}

function countsOf(scores: Float64Array, member: Membership): ScoreCounts {
  // Members from the front, non-members from the back: their order is that of their values soon.
  const split = new Float64Array(scores.length);
  let members = 0;
  let others = scores.length;
  for (let sample = 0; sample < scores.length; sample++) {
    if (member[sample] === 1) split[members++] = scores[sample] ?? NaN;
    else if (member[sample] === 0) split[--others] = scores[sample] ?? NaN;
  }
  return countScores(split.subarray(0, members), split.subarray(others));
}

/** @param others non-members, with a score or without. */
function evaluate(scores: Float64Array, member: Membership, others: number): ScoreEvaluation {
  const counts = countsOf(scores, member);
  return {
    auroc: aurocOfCounts(counts),
    roc: thinCurve(rocOfCounts(counts), others),
    tpr: FALSE_POSITIVE_RATES.map((rate) => tprOfCounts(counts, rate)),
  };
}

const nonMembersOf = (member: Membership): number =>
  member.reduce((count, own) => count + Number(own === 0), 0);

/**
 * Evaluates the scores: all that needs neither texts nor resamples. O(scores n log n).
 *
 * @param scores `[samples]` each, in the order of {@link MEMBERSHIP_SCORES}; NaN where unscored or not defined.
 * @param member 1 member, 0 non-member, -1 neither.
 */
export function evaluateScores(scores: readonly Float64Array[], member: Membership): MembershipEstimates {
  const [loss = new Float64Array()] = scores;
  const known: [number, number] = [0, 0];
  for (let sample = 0; sample < loss.length; sample++) {
    const own = member[sample];
    if ((own === 0 || own === 1) && !Number.isNaN(loss[sample] ?? NaN)) known[own]++;
  }
  const [nonMembers, members] = known;
  const others = nonMembersOf(member);
  return { members, nonMembers, scores: scores.map((values) => evaluate(values, member, others)) };
}

/**
 * Evaluates the blind baseline.
 *
 * @param features of the texts; null if these are not known: then there is no baseline.
 * @param member 1 member, 0 non-member, -1 neither.
 * @param seed deals the samples into the parts of the cross-validation.
 * @throws {RangeError} as {@link blindBaseline}.
 */
export function evaluateBlind(
  features: TextFeatures | null,
  member: Membership,
  seed: number,
): BlindEvaluation {
  const baseline = features && blindBaseline(features, member, seed);
  const areaOf = (values: Float64Array): number => aurocOfCounts(countsOf(values, member)).auroc;
  return {
    blind: !baseline || baseline.isTooSmall ? null : evaluate(baseline.scores, member, nonMembersOf(member)),
    blindFeatures: baseline
      ? BLIND_FEATURES.map((name, feature) => ({
          name,
          auroc: areaOf(baseline.features[feature] ?? new Float64Array()),
        }))
      : [],
    blindScores: baseline?.scores ?? new Float64Array(member.length).fill(NaN),
  };
}

/**
 * What a reader without the model reaches: the blind baseline's AUROC, but never less than a coin's 1/2. Where the two
 * sets are matched text by text, cross-validation falls below that, because a text's nearest relatives are in the
 * other class; to count this as room for the model would flatter every score.
 */
export const withoutModel = (blindAuroc: number): number => Math.max(0.5, blindAuroc);

export interface AurocInterval {
  /** 95%, percentile; NaN where all resamples give the same. */
  readonly low: number;
  readonly high: number;
}

export interface MembershipIntervals {
  /** In the order of the scores. */
  readonly aurocs: readonly AurocInterval[];
  readonly blind: AurocInterval;
  /** AUROC minus that of the blind baseline or of chance, whichever is more, on the same resamples. */
  readonly excess: readonly AurocInterval[];
  /** Resamples; 0: by {@link aurocComponents}, for large data sets. */
  readonly replicates: number;
}

const REPLICATES = 2000;
/** Beyond this many labelled samples DeLong's limit is as good as resampling, and costs a sort. */
const LARGE = 10_000;

/** Rows of both classes by falling score; those without a score are left out. */
function ranking(scores: Float64Array, member: Membership): Uint32Array {
  return Uint32Array.from(scores, (_, sample) => sample)
    .filter((sample) => (member[sample] ?? -1) >= 0 && !Number.isNaN(scores[sample] ?? NaN))
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
}

/** AUROC of a resample: P(member's score > non-member's) + half the ties. O(samples). */
function weightedAuroc(
  order: Uint32Array,
  scores: Float64Array,
  member: Membership,
  weight: Uint16Array,
): number {
  let [above, others, wins] = [0, 0, 0];
  for (let at = 0; at < order.length;) {
    const score = scores[order[at] ?? 0];
    let [here, hereOthers] = [0, 0];
    for (; at < order.length && scores[order[at] ?? 0] === score; at++) {
      const sample = order[at] ?? 0;
      if (member[sample] === 1) here += weight[sample] ?? 0;
      else hereOthers += weight[sample] ?? 0;
    }
    wins += hereOthers * (above + here / 2);
    above += here;
    others += hereOthers;
  }
  return wins / (above * others);
}

function intervalOf(values: Float64Array): AurocInterval {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const [first, last] = [sorted[0] ?? NaN, sorted.at(-1) ?? NaN];
  if (sorted.length < 0.95 * values.length || first === last) return { low: NaN, high: NaN };
  return { low: sortedQuantile(sorted, 0.025), high: sortedQuantile(sorted, 0.975) };
}

const Z95 = normalQuantile(0.975);

/** Interval by the limit, cut to [low, high]. */
function limitInterval(
  estimate: number,
  variance: number,
  [low, high]: readonly [number, number],
): AurocInterval {
  const half = Z95 * Math.sqrt(variance);
  if (!(half > 0)) return { low: NaN, high: NaN };
  return { low: Math.max(low, estimate - half), high: Math.min(high, estimate + half) };
}

function limitIntervals(
  scores: readonly Float64Array[],
  blindScores: Float64Array,
  member: Membership,
): MembershipIntervals {
  const blind = aurocComponents(blindScores, member);
  const areas = scores.map((values) => aurocComponents(values, member));
  const interval = (area: AurocComponents): AurocInterval =>
    limitInterval(area.auroc, componentVariance(area, null), [0, 1]);
  return {
    aurocs: areas.map(interval),
    blind: interval(blind),
    excess: areas.map((area) =>
      limitInterval(
        area.auroc - withoutModel(blind.auroc),
        // Chance has no error of its own.
        componentVariance(area, blind.auroc > 0.5 ? blind : null),
        [-1, 1],
      ),
    ),
    replicates: 0,
  };
}

/**
 * Percentile bootstrap of all AUROCs and of their excess over what needs no model, from one set of resamples of the
 * samples, each class by itself. The baseline is not fitted again on each resample, so its interval is of these
 * fitted models. Above 10,000 labelled samples by DeLong's limit instead, without resamples.
 *
 * @yields the share done, 0 .. 1.
 */
export function* membershipIntervals(
  scores: readonly Float64Array[],
  blindScores: Float64Array,
  member: Membership,
  seed: number,
): Generator<number, MembershipIntervals> {
  const all = [...scores, blindScores];
  const orders = all.map((values) => ranking(values, member));
  const classes = [0, 1].map((own) =>
    Uint32Array.from(member, (_, sample) => sample).filter((sample) => member[sample] === own),
  );
  const labelled = classes.reduce((sum, { length }) => sum + length, 0);
  if (labelled > LARGE) return limitIntervals(scores, blindScores, member);
  const replicates = REPLICATES;
  const draws = all.map(() => new Float64Array(replicates));
  const weight = new Uint16Array(member.length);
  const random = seededRandom(seed);
  for (let replicate = 0; replicate < replicates; replicate++) {
    weight.fill(0);
    for (const own of classes)
      for (let draw = 0; draw < own.length; draw++) {
        const sample = own[randomInteger(random, own.length)] ?? 0;
        weight[sample] = (weight[sample] ?? 0) + 1;
      }
    all.forEach((values, row) => {
      const area = weightedAuroc(orders[row] ?? new Uint32Array(), values, member, weight);
      const into = draws[row];
      if (into) into[replicate] = area;
    });
    yield (replicate + 1) / replicates;
  }
  const blind = draws[scores.length] ?? new Float64Array();
  return {
    aurocs: scores.map((_, row) => intervalOf(draws[row] ?? new Float64Array())),
    blind: intervalOf(blind),
    excess: scores.map((_, row) =>
      intervalOf(
        (draws[row] ?? new Float64Array()).map((area, index) => area - withoutModel(blind[index] ?? NaN)),
      ),
    ),
    replicates,
  };
}
