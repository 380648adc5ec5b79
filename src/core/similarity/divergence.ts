/** How much distributions of the next token differ, in bits. */

/** Entropy -sum p log2 p, with 0 log 0 = 0. */
export function entropyBits(p: ArrayLike<number>): number {
  let entropy = 0;
  for (let at = 0; at < p.length; at++) {
    const share = p[at] ?? NaN;
    if (share !== 0) entropy -= share * Math.log2(share);
  }
  return entropy;
}

function assertSameLength(lengths: readonly number[]): void {
  if (new Set(lengths).size > 1) throw new RangeError(`distributions over ${lengths.join(' and ')} outcomes`);
}

/**
 * Kullback-Leibler divergence sum p log2(p / q); Infinity where q has no mass and p has.
 *
 * @throws {RangeError} if they differ in length.
 */
export function klDivergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
  assertSameLength([p.length, q.length]);
  let divergence = 0;
  for (let at = 0; at < p.length; at++) {
    const [share, other] = [p[at] ?? NaN, q[at] ?? NaN];
    if (share !== 0) divergence += share * Math.log2(share / other);
  }
  return divergence;
}

/**
 * Generalized Jensen-Shannon divergence with equal weights (Lin 1991): H(mean) - mean H, between 0 and log2 of the
 * number of distributions. Of two it is the usual one, 1 bit at most.
 *
 * @returns NaN if there is none.
 * @throws {RangeError} if they differ in length.
 */
export function jsDivergence(distributions: readonly ArrayLike<number>[]): number {
  assertSameLength(distributions.map(({ length }) => length));
  const [first] = distributions;
  if (!first) return NaN;
  const mean = Float64Array.from(
    { length: first.length },
    (_, at) => distributions.reduce((sum, p) => sum + (p[at] ?? NaN), 0) / distributions.length,
  );
  const entropies = distributions.reduce((sum, p) => sum + entropyBits(p), 0) / distributions.length;
  // Rounding can take equal distributions below 0.
  return Math.max(0, entropyBits(mean) - entropies);
}

/** The likeliest tokens of a distribution and their probabilities. */
export interface TopTokens {
  readonly ids: ArrayLike<number>;
  readonly probabilities: ArrayLike<number>;
}

/**
 * Lower bound on {@link jsDivergence} from the likeliest tokens of each distribution: the tokens that all lists have,
 * and one bucket for the rest. Merging outcomes never raises the divergence (data processing inequality). A token that
 * one list lacks has an unknown probability there, not 0, so it must stay in the bucket.
 */
export function jsLowerBound(tops: readonly TopTokens[]): number {
  const tables = tops.map(
    ({ ids, probabilities }) => new Map(Array.from(ids, (id, at) => [id, probabilities[at] ?? NaN] as const)),
  );
  const shared = Array.from(tables[0]?.keys() ?? []).filter((id) => tables.every((table) => table.has(id)));
  return jsDivergence(
    tables.map((table) => {
      const known = shared.map((id) => table.get(id) ?? NaN);
      return [...known, Math.max(0, 1 - known.reduce((sum, p) => sum + p, 0))];
    }),
  );
}
