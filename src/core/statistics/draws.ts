/** Random counts for resampling: binomial, multinomial and hypergeometric draws, exact and fast for large counts. */
import { randomInteger, type Random } from '../random.ts';
import { logGamma } from './special.ts';

/** Inversion below this mean; Hormann's rejection above. */
const INVERSION_MEAN = 10;

function binomialByInversion(random: Random, n: number, p: number): number {
  const odds = p / (1 - p);
  let mass = Math.exp(n * Math.log1p(-p));
  let u = random();
  let k = 0;
  while (u > mass && k < n) {
    u -= mass;
    k++;
    mass *= (odds * (n - k + 1)) / k;
  }
  return k;
}

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/** Algorithm BTRS of Hormann 1993 (J. Stat. Comput. Simul. 46), transformed rejection; n p >= 10, p <= 1/2. */
function binomialByRejection(random: Random, n: number, p: number): number {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = n * p + 0.5;
  const vr = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * spread;
  const logOdds = Math.log(p / (1 - p));
  const mode = Math.floor((n + 1) * p);
  const atMode = logChoose(n, mode) + mode * logOdds;
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + c);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || k > n) continue;
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= logChoose(n, k) + k * logOdds - atMode) return k;
  }
}

/** One draw of Bin(n, p). */
export function binomial(random: Random, n: number, p: number): number {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(random, n, 1 - p);
  return n * p < INVERSION_MEAN ? binomialByInversion(random, n, p) : binomialByRejection(random, n, p);
}

/**
 * One multinomial draw of as many as `counts` holds, in its proportions: a bootstrap resample of a tally. O(length).
 *
 * @param into receives the drawn counts.
 */
export function multinomial(random: Random, counts: Float64Array, n: number, into: Float64Array): void {
  let toDraw = n;
  let left = n;
  for (let index = 0; index < counts.length; index++) {
    const count = counts[index] ?? 0;
    const drawn = binomial(random, toDraw, count / left);
    into[index] = drawn;
    toDraw -= drawn;
    left -= count;
  }
}

/** Above this many distinct values an observation, n single draws are cheaper than a binomial draw a value. */
const DENSE = 1 / 8;

/**
 * Bootstrap resamples of counts that add up to n: {@link multinomial} for few distinct values, single draws for
 * many. O(min(n, 8 distinct values)) each.
 *
 * @returns fills `into` with the counts of one resample.
 */
export function resampler(counts: Float64Array, n: number): (random: Random, into: Float64Array) => void {
  if (counts.length <= DENSE * n)
    return (random, into) => {
      multinomial(random, counts, n, into);
    };
  const owner = new Uint32Array(n);
  let filled = 0;
  counts.forEach((count, index) => {
    owner.fill(index, filled, filled + count);
    filled += count;
  });
  return (random, into) => {
    into.fill(0);
    for (let draw = 0; draw < n; draw++) {
      const index = owner[randomInteger(random, n)] ?? 0;
      into[index] = (into[index] ?? 0) + 1;
    }
  };
}

/**
 * Hypergeometric draws: how many of `marked` among `total` lie in a random subset of `size`. By inversion from the
 * mode outwards, so O(standard deviation) a draw.
 */
export function hypergeometric(total: number, marked: number, size: number): (random: Random) => number {
  const lowest = Math.max(0, size + marked - total);
  const highest = Math.min(size, marked);
  if (lowest >= highest) return () => lowest;
  const mode = Math.min(highest, Math.floor(((size + 1) * (marked + 1)) / (total + 2)));
  const atMode = Math.exp(
    logChoose(marked, mode) + logChoose(total - marked, size - mode) - logChoose(total, size),
  );
  const grow = (k: number): number =>
    ((marked - k) * (size - k)) / ((k + 1) * (total - marked - size + k + 1));
  const shrink = (k: number): number =>
    (k * (total - marked - size + k)) / ((marked - k + 1) * (size - k + 1));
  return (random) => {
    let u = random() - atMode;
    let [down, up, below, above] = [mode, mode, atMode, atMode];
    while (u > 0 && (down > lowest || up < highest)) {
      if (up < highest) {
        above *= grow(up++);
        u -= above;
        if (u <= 0) return up;
      }
      if (down > lowest) {
        below *= shrink(down--);
        u -= below;
        if (u <= 0) return down;
      }
    }
    // Only rounding of the masses leads here.
    return mode;
  };
}

/** P(k) for every k that {@link hypergeometric} can give, from `lowest` on. O(range). */
export function hypergeometricMass(
  total: number,
  marked: number,
  size: number,
): { lowest: number; mass: Float64Array } {
  const lowest = Math.max(0, size + marked - total);
  const mass = new Float64Array(Math.min(size, marked) - lowest + 1);
  const all = logChoose(total, size);
  for (let index = 0; index < mass.length; index++) {
    const k = lowest + index;
    mass[index] = Math.exp(logChoose(marked, k) + logChoose(total - marked, size - k) - all);
  }
  return { lowest, mass };
}
