/**
 * The term-wise decomposition as a survival curve: S(n) = P(N >= n) = prod_{i <= n} p_i with p_i = 1 - hazard_i,
 * estimated with censoring at the suffix's end. Li et al. 2025 (arXiv 2502.01187), section 2; Kaplan and Meier
 * 1958.
 */
import { riskTable, type MatchLengths, type RiskTable } from './matchLength.ts';
import { chiSquareTail, normalQuantile } from './special.ts';

/** The curve at suffix token i. */
export interface SurvivalPoint {
  readonly i: number;
  /** n_i: samples whose first i - 1 tokens match and that have an i-th. */
  readonly atRisk: number;
  /** d_i: those among them that miss token i. */
  readonly misses: number;
  /** d_i / n_i; NaN where nobody is at risk. */
  readonly hazard: number;
  /** 1 - hazard: the probability of token i given that all before it matched. */
  readonly p: number;
  /** S(i) = P(N >= i); NaN once nobody is at risk, unless it had reached 0. */
  readonly survival: number;
  /** Greenwood's standard error of S(i); NaN where S is 0. */
  readonly se: number;
  /** Log-log interval of S(i). At S = 1: Clopper-Pearson's lower end and 1. NaN where S is 0. */
  readonly low: number;
  readonly high: number;
}

type Interval = Pick<SurvivalPoint, 'se' | 'low' | 'high'>;

/** @param greenwood sum of d / (n (n - d)) up to the point. */
function intervalAt(survival: number, greenwood: number, atRisk: number, confidence: number): Interval {
  if (!(survival > 0) || atRisk === 0) return { se: NaN, low: NaN, high: NaN };
  if (survival === 1) return { se: 0, low: ((1 - confidence) / 2) ** (1 / atRisk), high: 1 };
  const half = (normalQuantile((1 + confidence) / 2) * Math.sqrt(greenwood)) / Math.abs(Math.log(survival));
  return {
    se: survival * Math.sqrt(greenwood),
    low: survival ** Math.exp(half),
    high: survival ** Math.exp(-half),
  };
}

function survivalCurve({ atRisk, misses }: RiskTable, confidence: number): SurvivalPoint[] {
  let survival = 1;
  let greenwood = 0;
  return Array.from(atRisk, (n, index) => {
    const d = misses[index] ?? 0;
    if (n > 0) {
      survival *= 1 - d / n;
      if (d > 0) greenwood += d / (n * (n - d));
    } else if (survival > 0) survival = NaN;
    const interval = intervalAt(survival, greenwood, n, confidence);
    return { i: index + 1, atRisk: n, misses: d, hazard: d / n, p: 1 - d / n, survival, ...interval };
  });
}

/**
 * Kaplan-Meier estimate of S(i) for every i = 1 .. max L, with Greenwood's variance and log-log intervals
 * S^exp(+-z se / (S |ln S|)). O(samples + max L).
 *
 * @param confidence of the pointwise intervals.
 * @returns no point if there is no sample.
 * @throws {RangeError} unless 0 < confidence < 1, or if a sample is not 0 <= N <= L.
 */
export function kaplanMeier(s: MatchLengths, confidence = 0.95): SurvivalPoint[] {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence ${confidence}`);
  return survivalCurve(riskTable(s), confidence);
}

/** Result of {@link restrictedMean}, tokens. */
export interface RestrictedMean {
  readonly mean: number;
  readonly se: number;
  /** 95% interval, within 0 .. tau; NaN where se is 0, as then the samples show no spread to judge by. */
  readonly low: number;
  readonly high: number;
}

/** tau logit^-1(logit(m / tau) +- z se tau / (m (tau - m))): the delta method on the logit of the share m / tau. */
function withinRange(mean: number, se: number, tau: number): RestrictedMean {
  if (!(se > 0 && mean > 0 && mean < tau)) return { mean, se, low: NaN, high: NaN };
  const odds = mean / (tau - mean);
  const factor = Math.exp((normalQuantile(0.975) * se * tau) / (mean * (tau - mean)));
  return { mean, se, low: tau / (1 + factor / odds), high: tau / (1 + 1 / (odds * factor)) };
}

/**
 * Restricted mean match length: E[min(N, tau)] = sum_{n <= tau} S(n), tokens, with
 * var = sum_i (sum_{n = i .. tau} S(n))^2 d_i / (n_i (n_i - d_i)). The naive mean of min(N, tau) is too low
 * wherever suffixes are shorter than tau. The interval is made on the logit of mean / tau: one of mean -+ 1.96 se
 * would pass 0 and tau in small groups.
 *
 * @returns NaN if the curve does not reach tau.
 * @throws {RangeError} unless tau is a whole number >= 0.
 */
export function restrictedMean(points: readonly SurvivalPoint[], tau: number): RestrictedMean {
  if (!Number.isInteger(tau) || tau < 0) throw new RangeError(`tau ${tau} tokens`);
  const last = points.at(-1);
  if (tau > points.length && last?.survival !== 0) return { mean: NaN, se: NaN, low: NaN, high: NaN };
  let rest = 0;
  let variance = 0;
  for (let index = Math.min(tau, points.length) - 1; index >= 0; index--) {
    const point = points[index];
    if (!point) continue;
    rest += point.survival;
    const { atRisk, misses } = point;
    if (misses > 0 && misses < atRisk) variance += (rest * rest * misses) / (atRisk * (atRisk - misses));
  }
  return withinRange(rest, rest >= 0 ? Math.sqrt(variance) : NaN, tau);
}

/** Result of {@link logRank}: a small p says that the groups do not share one survival curve. */
export interface LogRank {
  readonly chi2: number;
  readonly df: number;
  readonly p: number;
  /** Misses seen in each group, and expected if all groups shared one hazard. */
  readonly observed: number[];
  readonly expected: number[];
}

/** x' A^-1 x by elimination with pivoting; directions without variance add nothing. */
function quadraticForm(matrix: number[][], vector: readonly number[]): number {
  const size = vector.length;
  const rows = matrix.map((row, index) => [...row, vector[index] ?? 0]);
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  let total = 0;
  // On a symmetric positive matrix, x' A^-1 x is the sum of (reduced x_k)^2 / pivot_k.
  for (let k = 0; k < size; k++) {
    const pivot = cell(k, k);
    if (!(pivot > 1e-12 * (1 + (matrix[k]?.[k] ?? 0)))) continue;
    total += cell(k, size) ** 2 / pivot;
    for (let row = k + 1; row < size; row++) {
      const factor = cell(row, k) / pivot;
      rows[row] = (rows[row] ?? []).map((value, column) => value - factor * cell(k, column));
    }
  }
  return total;
}

/** Expected misses and their covariance over the tokens, given the margins at each. */
function expectedMisses(tables: readonly RiskTable[]): { expected: number[]; covariance: number[][] } {
  const expected = tables.map(() => 0);
  const covariance = tables.map(() => tables.map(() => 0));
  const longest = Math.max(0, ...tables.map((table) => table.atRisk.length));
  for (let index = 0; index < longest; index++) {
    const risk = tables.map((table) => table.atRisk[index] ?? 0);
    const n = risk.reduce((sum, value) => sum + value, 0);
    const d = tables.reduce((sum, table) => sum + (table.misses[index] ?? 0), 0);
    if (d === 0) continue;
    const spread = n > 1 ? (d * (n - d)) / (n - 1) : 0;
    risk.forEach((first, j) => {
      expected[j] = (expected[j] ?? 0) + (d * first) / n;
      const row = covariance[j] ?? [];
      risk.forEach((second, k) => {
        row[k] = (row[k] ?? 0) + spread * (first / n) * (Number(j === k) - second / n);
      });
    });
  }
  return { expected, covariance };
}

/**
 * Log-rank test of k groups: do they share one survival curve, whatever their suffix lengths?
 * chi2 = (O - E)' V^-1 (O - E) over k - 1 groups, V the hypergeometric covariance. Mantel 1966; as R's `survdiff`.
 * Groups without an expected miss take no part and no degree of freedom. O(samples + max L k^2).
 *
 * @returns NaN for chi2 and p if fewer than two groups can be compared.
 * @throws {RangeError} as {@link kaplanMeier}.
 */
export function logRank(groups: readonly MatchLengths[]): LogRank {
  const tables = groups.map(riskTable);
  const observed = tables.map((table) => table.misses.reduce((sum, d) => sum + d, 0));
  const { expected, covariance } = expectedMisses(tables);
  const used = expected.flatMap((value, group) => (value > 0 ? [group] : []));
  const df = Math.max(0, used.length - 1);
  if (df === 0) return { chi2: NaN, df, p: NaN, observed, expected };
  const kept = used.slice(0, -1);
  const difference = kept.map((group) => (observed[group] ?? 0) - (expected[group] ?? 0));
  const matrix = kept.map((row) => kept.map((column) => covariance[row]?.[column] ?? 0));
  const chi2 = quadraticForm(matrix, difference);
  return { chi2, df, p: chiSquareTail(chi2, df), observed, expected };
}
