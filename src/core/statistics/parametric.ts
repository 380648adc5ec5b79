/**
 * Two models of the match length, fitted with censoring: one p for all samples and tokens (geometric), and one p a
 * sample, drawn from Beta(a, b) (beta-geometric, "frailty"). Under the second the pooled hazard falls although no
 * sample's own hazard does: a rising p_n may be survivorship.
 *
 * Both likelihoods are a function of the risk table alone: sum_i d_i ln h_i + (n_i - d_i) ln(1 - h_i).
 */
import { forEachMatch, riskTable, type MatchLengths, type RiskTable } from './matchLength.ts';
import { chiSquareTail } from './special.ts';

/** 0 ln 0 = 0. */
const weightedLog = (weight: number, value: number): number => (weight === 0 ? 0 : weight * Math.log(value));

/** Fit of P(N >= n) = p^n. */
export interface GeometricFit {
  /** Maximum-likelihood probability of a token: matched tokens / (matched tokens + misses). NaN without samples. */
  readonly p: number;
  /** Log-likelihood, nats. */
  readonly logLik: number;
  /** Misses seen. */
  readonly events: number;
}

/** Fits one constant hazard: p = sum N / (sum N + misses). O(samples). */
export function fitGeometric(s: MatchLengths): GeometricFit {
  let matched = 0;
  let events = 0;
  forEachMatch(s, (n, length) => {
    matched += n;
    events += Number(n < length);
  });
  const p = matched / (matched + events);
  const logLik = Number.isNaN(p) ? NaN : weightedLog(matched, p) + weightedLog(events, 1 - p);
  return { p, logLik, events };
}

/** Fit of P(N >= n) = E[p^n], p ~ Beta(a, b). */
export interface BetaGeometricFit {
  readonly a: number;
  readonly b: number;
  /** Log-likelihood, nats. */
  readonly logLik: number;
  /**
   * 1 / (a + b + 1): correlation of two tokens' correctness within a sample; 0 if all samples are alike. At 0, a
   * and b are given with a + b = 1e9, whose curve is the geometric one to within 1e-9 n^2.
   */
  readonly rho: number;
  /** False if the likelihood rises up to rho = 1 (every sample all or nothing) or there is nothing to fit. */
  readonly converged: boolean;
}

// With q = b / (a + b) and theta = 1 / (a + b) = rho / (1 - rho): h_i = q / (1 + (i - 1) theta). theta = 0 is the
// geometric model, and for a given theta the likelihood is concave in q.

function logLikelihood({ atRisk, misses }: RiskTable, q: number, theta: number): number {
  let total = 0;
  for (let index = 0; index < atRisk.length; index++) {
    const d = misses[index] ?? 0;
    const kept = (atRisk[index] ?? 0) - d;
    const scale = 1 + index * theta;
    total += weightedLog(d, q / scale) + weightedLog(kept, (1 - q + index * theta) / scale);
  }
  return total;
}

/** Root of a falling function on (low, high), by bisection to the last digit. */
function fallingRoot(f: (x: number) => number, low: number, high: number): number {
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (f(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The best q for a theta: the root of d logLik / dq. */
function bestQ({ atRisk, misses }: RiskTable, theta: number): number {
  const events = misses.reduce((sum, d) => sum + d, 0);
  const score = (q: number): number => {
    let total = events / q;
    for (let index = 0; index < atRisk.length; index++) {
      const kept = (atRisk[index] ?? 0) - (misses[index] ?? 0);
      if (kept > 0) total -= kept / (1 - q + index * theta);
    }
    return total;
  };
  return fallingRoot(score, 0, 1);
}

/** d logLik / d theta at the best q: the slope of the profile likelihood. */
function profileSlope(table: RiskTable, theta: number): number {
  const { atRisk, misses } = table;
  const q = bestQ(table, theta);
  let total = 0;
  for (let index = 1; index < atRisk.length; index++) {
    const n = atRisk[index] ?? 0;
    const kept = n - (misses[index] ?? 0);
    if (n > 0) total -= (n * index) / (1 + index * theta);
    if (kept > 0) total += (kept * index) / (1 - q + index * theta);
  }
  return total;
}

const RHO_GRID = 64;
const RHO_HIGHEST = 1 - 1e-6;
const thetaOf = (rho: number): number => rho / (1 - rho);

const gridRho = (cell: number): number => (RHO_HIGHEST * cell) / RHO_GRID;

/** The rho of the highest profile likelihood: best cell of a grid, then the root of the slope beside it. */
function bestRho(table: RiskTable): number {
  const profile = (rho: number): number => {
    const theta = thetaOf(rho);
    return logLikelihood(table, bestQ(table, theta), theta);
  };
  let best = 0;
  let bestValue = -Infinity;
  for (let cell = 0; cell <= RHO_GRID; cell++) {
    const value = profile(gridRho(cell));
    // A flat likelihood (all miss at once) stays with the simpler model.
    if (value > bestValue + 1e-12) [best, bestValue] = [cell, value];
  }
  const slope = (rho: number): number => profileSlope(table, thetaOf(rho));
  const low = gridRho(Math.max(0, best - 1));
  const high = gridRho(Math.min(RHO_GRID, best + 1));
  if (best === 0 && !(slope(0) > 0)) return 0;
  if (best === RHO_GRID && slope(RHO_HIGHEST) > 0) return RHO_HIGHEST;
  return fallingRoot(slope, low, high);
}

/**
 * Maximum-likelihood fit of the beta-geometric model with censoring. Event: ln B(a + N, b + 1) - ln B(a, b);
 * censored: ln B(a + L, b) - ln B(a, b). O(samples + 10^4 max L).
 *
 * Undefined (NaN, not converged) without samples, without a miss, and where every sample misses its first token.
 */
export function fitBetaGeometric(s: MatchLengths): BetaGeometricFit {
  const table = riskTable(s);
  const events = table.misses.reduce((sum, d) => sum + d, 0);
  const matched = table.atRisk.reduce((sum, n) => sum + n, 0) - events;
  if (events === 0 || matched === 0)
    return { a: NaN, b: NaN, logLik: events + matched > 0 ? 0 : NaN, rho: NaN, converged: false };
  const rho = bestRho(table);
  const theta = thetaOf(rho);
  const q = bestQ(table, theta);
  const sum = rho > 0 ? 1 / theta : 1e9;
  return {
    a: (1 - q) * sum,
    b: q * sum,
    logLik: logLikelihood(table, q, theta),
    rho,
    converged: rho < RHO_HIGHEST,
  };
}

/**
 * Does the beta-geometric model fit better than chance allows? lr = 2 (logLik_beta - logLik_geometric); as rho = 0
 * lies on the boundary, lr is half a point mass at 0, half chi-squared with one degree of freedom (Self and Liang
 * 1987): p = P(chi2_1 > lr) / 2.
 *
 * @returns p = 1 where lr is 0; NaN where the beta-geometric model could not be fitted.
 */
export function boundaryLikelihoodRatio(
  geometric: GeometricFit,
  betaGeometric: BetaGeometricFit,
): { lr: number; p: number } {
  if (Number.isNaN(betaGeometric.rho)) return { lr: NaN, p: NaN };
  const lr = Math.max(0, 2 * (betaGeometric.logLik - geometric.logLik));
  if (lr < 1e-9) return { lr, p: 1 };
  return { lr, p: chiSquareTail(lr, 1) / 2 };
}

/** P(N >= n) = p^n. */
export const geometricSurvival = (p: number, n: number): number => p ** n;

/** P(N >= n) = prod_{i < n} (a + i) / (a + b + i). O(n). */
export function betaGeometricSurvival(a: number, b: number, n: number): number {
  let survival = 1;
  for (let i = 0; i < n; i++) survival *= (a + i) / (a + b + i);
  return survival;
}

export * from './variance.ts';
