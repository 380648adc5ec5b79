import { seededRandom, shuffleAt } from '../random.ts';
import type { Correlation } from './association.ts';
import { permutationP } from './multiplicity.ts';
import { midranks } from './ranks.ts';

/** Places of each stratum's members. */
function membersOf(strata: readonly (string | number)[], rows: readonly number[]): number[][] {
  const members = new Map<string | number, number[]>();
  rows.forEach((row, place) => {
    const stratum = strata[row] ?? '';
    const known = members.get(stratum);
    if (known) known.push(place);
    else members.set(stratum, [place]);
  });
  return [...members.values()];
}

/** Midranks of all values, each less the mean of its stratum. */
function ranksWithin(values: Float64Array, members: readonly (readonly number[])[]): Float64Array {
  const ranks = Float64Array.from(midranks(values).ranks);
  for (const places of members) {
    const mean = places.reduce((sum, place) => sum + (ranks[place] ?? 0), 0) / places.length;
    for (const place of places) ranks[place] = (ranks[place] ?? 0) - mean;
  }
  return ranks;
}

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

export const STRATIFIED_PERMUTATIONS = 9999;

/**
 * Spearman's rho freed of a category: Pearson's correlation of the midranks of all rows, each less the mean of its
 * stratum. One stratum: Spearman's rho itself. p: y shuffled against x within each stratum,
 * (1 + #{|rho*| >= |rho|}) / (B + 1), which is exact whatever the strata do to x and y. O(n) a permutation. Rows with
 * a NaN are left out; NaN if x or y does not vary within the strata.
 *
 * @param strata `[n]` what each row is to be compared within.
 * @yields the share done, 0 .. 1.
 */
export function* stratifiedSpearman(
  x: Float64Array,
  y: Float64Array,
  strata: readonly (string | number)[],
  { seed, permutations = STRATIFIED_PERMUTATIONS }: { seed: number; permutations?: number },
): Generator<number, Correlation> {
  const rows = Array.from(x.keys()).filter(
    (row) => !Number.isNaN(x[row] ?? NaN) && !Number.isNaN(y[row] ?? NaN),
  );
  const members = membersOf(strata, rows);
  const of = (column: Float64Array): Float64Array =>
    ranksWithin(
      Float64Array.from(rows, (row) => column[row] ?? NaN),
      members,
    );
  const [a, b] = [of(x), of(y)];
  const [xx, yy, observed] = [dot(a, a), dot(b, b), dot(a, b)];
  // Ranks are multiples of 1/2, so what varies at all varies by more than rounding.
  if (!(xx > 1e-6 && yy > 1e-6)) return { r: NaN, p: NaN, n: rows.length };
  const random = seededRandom(seed);
  const permuted = new Float64Array(permutations);
  for (let draw = 0; draw < permutations; draw++) {
    for (const places of members) shuffleAt(b, places, random);
    permuted[draw] = dot(a, b);
    yield (draw + 1) / permutations;
  }
  return { r: observed / Math.sqrt(xx * yy), p: permutationP(observed, permuted), n: rows.length };
}
