/**
 * How well a membership score tells members from non-members. Scores: higher = more like a member. NaN scores are
 * left out. Always to be read beside a blind baseline, which never asks the model (Das et al. 2024, arXiv
 * 2406.16201).
 */
import { seededRandom } from '../random.ts';
import { sortedQuantile } from './quantile.ts';
import { resampler } from './draws.ts';
import { numbersOf } from './ranks.ts';
import { betaQuantile, normalQuantile } from './special.ts';

/** An exact interval of a proportion. */
export interface ProportionInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * Clopper-Pearson interval of k successes in n: never covers less than it says.
 *
 * @returns NaN for n = 0.
 * @throws {RangeError} unless 0 <= k <= n are whole numbers and 0 < confidence < 1.
 */
export function clopperPearson(k: number, n: number, confidence = 0.95): ProportionInterval {
  if (!(Number.isInteger(k) && Number.isInteger(n) && k >= 0 && k <= n)) throw new RangeError(`${k} of ${n}`);
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence ${confidence}`);
  if (n === 0) return { low: NaN, high: NaN };
  const tail = (1 - confidence) / 2;
  return {
    low: k === 0 ? 0 : betaQuantile(k, n - k + 1, tail),
    high: k === n ? 1 : betaQuantile(k + 1, n - k, 1 - tail),
  };
}

/** Counts of both classes at each distinct score, from the highest score down. */
export interface ScoreCounts {
  readonly scores: Float64Array;
  readonly members: Float64Array;
  readonly nonMembers: Float64Array;
  readonly n1: number;
  readonly n0: number;
}

/** Counts the scores once for all that is read from them. O(n log n). */
export function countScores(members: ArrayLike<number>, nonMembers: ArrayLike<number>): ScoreCounts {
  const inside = numbersOf(members).sort();
  const outside = numbersOf(nonMembers).sort();
  const size = inside.length + outside.length;
  const scores = new Float64Array(size);
  const one = new Float64Array(size);
  const other = new Float64Array(size);
  let i = inside.length - 1;
  let j = outside.length - 1;
  let at = 0;
  for (; i >= 0 || j >= 0; at++) {
    const score = Math.max(inside[i] ?? -Infinity, outside[j] ?? -Infinity);
    const from = i;
    const start = j;
    while (i >= 0 && inside[i] === score) i--;
    while (j >= 0 && outside[j] === score) j--;
    scores[at] = score;
    one[at] = from - i;
    other[at] = start - j;
  }
  return {
    scores: scores.subarray(0, at),
    members: one.subarray(0, at),
    nonMembers: other.subarray(0, at),
    n1: inside.length,
    n0: outside.length,
  };
}

/** ROC curve: "member" is said of every score >= threshold. */
export interface RocCurve {
  /** Infinity first, where nobody is called a member; then every distinct score, falling. */
  readonly threshold: Float64Array;
  readonly fpr: Float64Array;
  readonly tpr: Float64Array;
}

/**
 * ROC curve over all distinct thresholds: tied scores are one step, so no order among them is invented.
 * O(n log n).
 *
 * @returns NaN rates for a class without scores.
 */
export const rocCurve = (members: ArrayLike<number>, nonMembers: ArrayLike<number>): RocCurve =>
  rocOfCounts(countScores(members, nonMembers));

/** {@link rocCurve} of scores that are counted. */
export function rocOfCounts(counts: ScoreCounts): RocCurve {
  const size = counts.scores.length + 1;
  const curve = {
    threshold: new Float64Array(size),
    fpr: new Float64Array(size),
    tpr: new Float64Array(size),
  };
  curve.threshold[0] = Infinity;
  let [hits, alarms] = [0, 0];
  for (let at = 0; at < size; at++) {
    if (at > 0) {
      curve.threshold[at] = counts.scores[at - 1] ?? NaN;
      hits += counts.members[at - 1] ?? 0;
      alarms += counts.nonMembers[at - 1] ?? 0;
    }
    curve.tpr[at] = hits / counts.n1;
    curve.fpr[at] = alarms / counts.n0;
  }
  return curve;
}

/** P(member's score > non-member's) + half the ties, from counts at falling scores. O(distinct scores). */
function areaOf(members: Float64Array, nonMembers: Float64Array, n1: number, n0: number): number {
  let above = 0;
  let wins = 0;
  for (let at = 0; at < members.length; at++) {
    const here = members[at] ?? 0;
    wins += (nonMembers[at] ?? 0) * (above + here / 2);
    above += here;
  }
  return wins / (n1 * n0);
}

/** Area under the ROC curve. */
export interface Auroc {
  /** P(member > non-member) + P(equal) / 2; NaN if a class has no score. */
  readonly auroc: number;
  /** Standard error of Hanley and McNeil 1982; rough, prefer {@link aurocBootstrap}. */
  readonly se: number;
  readonly members: number;
  readonly nonMembers: number;
}

/** AUROC = U / (n1 n0), ties half. O(n log n). */
export const auroc = (members: ArrayLike<number>, nonMembers: ArrayLike<number>): Auroc =>
  aurocOfCounts(countScores(members, nonMembers));

/** {@link auroc} of scores that are counted. */
export function aurocOfCounts({ members: one, nonMembers: other, n1, n0 }: ScoreCounts): Auroc {
  const area = areaOf(one, other, n1, n0);
  return { auroc: area, se: hanleyMcNeil(area, n1, n0), members: n1, nonMembers: n0 };
}

/** Standard error of an AUROC from its value and the class sizes alone (Hanley and McNeil 1982). */
export function hanleyMcNeil(area: number, members: number, nonMembers: number): number {
  const twoMembers = area / (2 - area);
  const twoNonMembers = (2 * area * area) / (1 + area);
  const variance =
    area * (1 - area) +
    (members - 1) * (twoMembers - area * area) +
    (nonMembers - 1) * (twoNonMembers - area * area);
  return Math.sqrt(Math.max(0, variance) / (members * nonMembers));
}

/**
 * Percentile bootstrap of the AUROC, each class resampled by itself. O(distinct scores)
 * a resample.
 *
 * @yields the share done, 0 .. 1.
 * @returns NaN bounds if a class has no score, and at an AUROC of exactly 0 or 1, where every resample gives the
 * same and the interval's zero width would be no certainty.
 * @throws {RangeError} unless 0 < confidence < 1.
 */
export function* aurocBootstrap(
  members: ArrayLike<number>,
  nonMembers: ArrayLike<number>,
  { seed, replicates = 2000, confidence = 0.95 }: { seed: number; replicates?: number; confidence?: number },
): Generator<number, { auroc: number; low: number; high: number }> {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence ${confidence}`);
  const { members: one, nonMembers: other, n1, n0 } = countScores(members, nonMembers);
  const area = areaOf(one, other, n1, n0);
  if (!(area > 0 && area < 1)) return { auroc: area, low: NaN, high: NaN };
  const random = seededRandom(seed);
  const [drawn, drawnOther] = [new Float64Array(one.length), new Float64Array(one.length)];
  const [draw, drawOther] = [resampler(one, n1), resampler(other, n0)];
  const areas = new Float64Array(replicates);
  for (let index = 0; index < replicates; index++) {
    draw(random, drawn);
    drawOther(random, drawnOther);
    areas[index] = areaOf(drawn, drawnOther, n1, n0);
    yield (index + 1) / replicates;
  }
  areas.sort();
  const tail = (1 - confidence) / 2;
  return { auroc: area, low: sortedQuantile(areas, tail), high: sortedQuantile(areas, 1 - tail) };
}

/** Normal interval of an AUROC by its Hanley-McNeil error, cut to [0, 1]: what can be shown at once. */
export function aurocNormalInterval({ auroc: area, se }: Auroc, confidence = 0.95): ProportionInterval {
  const half = normalQuantile((1 + confidence) / 2) * se;
  return { low: Math.max(0, area - half), high: Math.min(1, area + half) };
}

/** True-positive rate at a false-positive rate, or why there is none. */
export type TprAtFpr =
  | {
      readonly tpr: number;
      /** The threshold used ("member" from here up), Infinity if no member can be named. */
      readonly threshold: number;
      /** The false-positive rate reached, at most the one asked for. */
      readonly fpr: number;
      /** Clopper-Pearson of the true-positive rate, for this threshold as if it were given. */
      readonly low: number;
      readonly high: number;
    }
  | {
      /** Fewer non-members than 1 / fpr: the rate asked for is below the smallest that can be seen. */
      readonly refused: 'tooFewNonMembers' | 'noMembers';
      /** Non-members there are, and those needed at least. */
      readonly nonMembers: number;
      readonly needed: number;
    };

/** The last step of the curve at which the false alarms are still at most `fpr`. */
function lastStepWithin(counts: ScoreCounts, fpr: number) {
  let [hits, alarms, threshold] = [0, 0, Infinity];
  for (let at = 0; at < counts.scores.length; at++) {
    const next = alarms + (counts.nonMembers[at] ?? 0);
    // 0.29 * 100 is 28.999999999999996.
    if (next > fpr * counts.n0 + 1e-9) break;
    alarms = next;
    hits += counts.members[at] ?? 0;
    threshold = counts.scores[at] ?? NaN;
  }
  return { hits, alarms, threshold: hits > 0 ? threshold : Infinity };
}

/**
 * Largest true-positive rate with a false-positive rate <= fpr, without interpolation (Carlini et al. 2022, arXiv
 * 2112.03570, section 4). O(n log n).
 *
 * @throws {RangeError} unless 0 < fpr <= 1.
 */
export const tprAtFpr = (
  members: ArrayLike<number>,
  nonMembers: ArrayLike<number>,
  fpr: number,
  confidence = 0.95,
): TprAtFpr => tprOfCounts(countScores(members, nonMembers), fpr, confidence);

/** {@link tprAtFpr} of scores that are counted. */
export function tprOfCounts(counts: ScoreCounts, fpr: number, confidence = 0.95): TprAtFpr {
  if (!(fpr > 0 && fpr <= 1)) throw new RangeError(`false-positive rate ${fpr}`);
  const needed = Math.ceil(1 / fpr - 1e-9);
  if (counts.n0 < needed) return { refused: 'tooFewNonMembers', nonMembers: counts.n0, needed };
  if (counts.n1 === 0) return { refused: 'noMembers', nonMembers: counts.n0, needed };
  const { hits, alarms, threshold } = lastStepWithin(counts, fpr);
  return {
    tpr: hits / counts.n1,
    threshold,
    fpr: alarms / counts.n0,
    ...clopperPearson(hits, counts.n1, confidence),
  };
}
