/**
 * The special functions that the statistics need. `src/core` imports no package, and the packages that are exact
 * enough would add 236 packages and 44 kB to a page of 150 kB; these are the textbook series, held to 40-digit
 * values in the tests.
 */

/** Terms and steps after which a series or continued fraction is given up; none of the uses here comes near. */
const MAX_TERMS = 100_000;
const EPSILON = 1e-16;
/** Stands for 0 in a denominator of Lentz's method. */
const TINY = 1e-300;

const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156, -3617 / 122_400];

/**
 * ln Gamma(x) for x > 0: Stirling's series above 10, reached by the recurrence below.
 *
 * @returns NaN for x <= 0. Absolute error below 1e-14 near the zeros at 1 and 2, relative elsewhere.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) return NaN;
  if (x === 1 || x === 2) return 0;
  let shift = 1;
  let at = x;
  while (at < 10) shift *= at++;
  let series = 0;
  let power = 1 / at;
  for (const coefficient of STIRLING) {
    series += coefficient * power;
    power /= at * at;
  }
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - Math.log(shift);
}

/** x^a e^-x / Gamma(a + 1): the common factor of both forms of the incomplete gamma function. */
const gammaFactor = (a: number, x: number): number => Math.exp(a * Math.log(x) - x - logGamma(a + 1));

function lowerGammaSeries(a: number, x: number): number {
  let term = 1;
  let total = 1;
  for (let n = 1; n < MAX_TERMS && term > total * EPSILON; n++) {
    term *= x / (a + n);
    total += term;
  }
  return total * gammaFactor(a, x);
}

const notZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value);

function upperGammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / notZero(b);
  let fraction = d;
  for (let n = 1; n < MAX_TERMS; n++) {
    const step = -n * (n - a);
    b += 2;
    d = 1 / notZero(step * d + b);
    c = notZero(b + step / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return fraction * a * gammaFactor(a, x);
}

/**
 * Regularized upper incomplete gamma function Q(a, x) = Gamma(a, x) / Gamma(a). Abramowitz and Stegun 6.5.29
 * and 6.5.31.
 *
 * @returns 1 for x <= 0, NaN for a <= 0.
 */
export function gammaQ(a: number, x: number): number {
  if (!(a > 0) || Number.isNaN(x)) return NaN;
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  return x < a + 1 ? 1 - lowerGammaSeries(a, x) : upperGammaFraction(a, x);
}

/** P(X > x), X chi-squared with `df` degrees of freedom. */
export const chiSquareTail = (x: number, df: number): number => gammaQ(df / 2, x / 2);

/** Phi(x), the distribution function of the standard normal; exact in relative terms far into either tail. */
export function normalCdf(x: number): number {
  const tail = gammaQ(0.5, (x * x) / 2) / 2;
  return x > 0 ? 1 - tail : tail;
}

/** P(|Z| > |z|), Z standard normal. */
export const normalTwoSided = (z: number): number => gammaQ(0.5, (z * z) / 2);

/** Acklam's rational approximation, good to 1e-9; the starting point of {@link normalQuantile}. */
function roughNormalQuantile(p: number): number {
  const horner = (x: number, ...coefficients: number[]): number =>
    coefficients.reduce((value, coefficient) => value * x + coefficient, 0);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return (
      horner(
        q,
        -7.784894002430293e-3,
        -0.3223964580411365,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783,
      ) / horner(q, 7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1)
    );
  }
  const q = p - 0.5;
  return (
    (q *
      horner(
        q * q,
        -39.69683028665376,
        220.9460984245205,
        -275.9285104469687,
        138.357751867269,
        -30.66479806614716,
        2.506628277459239,
      )) /
    horner(
      q * q,
      -54.47609879822406,
      161.5858368580409,
      -155.6989798598866,
      66.80131188771972,
      -13.28068155288572,
      1,
    )
  );
}

/**
 * Phi^-1(p): Acklam's approximation made exact by two steps of Halley's method.
 *
 * @returns -Infinity at 0, Infinity at 1, NaN outside.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  if (p > 0.5) return -normalQuantile(1 - p);
  let x = roughNormalQuantile(p);
  for (let step = 0; step < 2; step++) {
    const error = ((normalCdf(x) - p) * Math.sqrt(2 * Math.PI)) / Math.exp((-x * x) / 2);
    x -= error / (1 + (x * error) / 2);
  }
  return x;
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  const advance = (step: number): number => {
    d = 1 / notZero(1 + step * d);
    c = notZero(1 + step / c);
    fraction *= c * d;
    return Math.abs(c * d - 1);
  };
  for (let n = 1; n < MAX_TERMS; n++) {
    advance((n * (b - n) * x) / ((a + 2 * n - 1) * (a + 2 * n)));
    const change = advance((-(a + n) * (a + b + n) * x) / ((a + 2 * n) * (a + 2 * n + 1)));
    if (change < 1e-15) break;
  }
  return fraction;
}

/** ln B(a, b). Cancels for arguments far above 1e6: differences of it are better written as sums of logs. */
export const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/**
 * Regularized incomplete beta function I_x(a, b), by its continued fraction (Abramowitz and Stegun 26.5.8).
 *
 * @returns a probability; NaN unless a, b > 0 and 0 <= x <= 1.
 */
export function betaInc(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return NaN;
  if (x === 0 || x === 1) return x;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaInc(b, a, 1 - x);
  return (Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b)) / a) * betaFraction(a, b, x);
}

/** x with I_x(a, b) = p, by bisection: 60 halvings, so to the last digit. */
export function betaQuantile(a: number, b: number, p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (betaInc(a, b, middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(|T| > |t|), T Student's with `df` degrees of freedom. */
export const studentTwoSided = (t: number, df: number): number => betaInc(df / 2, 0.5, df / (df + t * t));

/** P(K > x), K Kolmogorov's limit: 2 sum_k (-1)^(k - 1) exp(-2 k^2 x^2), by its theta form where x is small. */
export function kolmogorovTail(x: number): number {
  if (!(x > 0)) return Number.isNaN(x) ? NaN : 1;
  let total = 0;
  if (x < 1) {
    for (let k = 1; k < 50; k += 2) total += Math.exp((-(k * k) * Math.PI * Math.PI) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * total;
  }
  for (let k = 1; k < 20; k++) total += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return total;
}
