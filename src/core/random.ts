/** Uniform numbers in [0, 1), the same for the same seed on every machine. */
export type Random = () => number;

const rotateLeft = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** One state of xoshiro128**: four 32-bit words, not all zero. */
export type RandomState = readonly [number, number, number, number];

/**
 * xoshiro128** 1.1 (Blackman and Vigna 2021, doi 10.1145/3460772): 32 bits a call, period 2^128 - 1.
 *
 * @returns a function that gives the next 32-bit unsigned integer.
 */
export function xoshiro128(state: RandomState): () => number {
  let [a, b, c, d] = state;
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
}

/** SplitMix32: spreads one seed over the words of a state, so that near seeds give unrelated streams. */
function splitMix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  };
}

/**
 * A stream of uniform numbers in [0, 1) with 53 random bits.
 *
 * @param seed any integer; its low 32 bits count.
 */
export function seededRandom(seed: number): Random {
  const word = splitMix32(seed);
  const next = xoshiro128([word(), word(), word(), word()]);
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}

/** Integer in 0 .. bound - 1, for bounds far below 2^53. */
export const randomInteger = (random: Random, bound: number): number => Math.floor(random() * bound);

/** Shuffles the values at some places among themselves (Fisher and Yates). */
export function shuffleAt(
  values: Float64Array | Uint8Array,
  places: readonly number[],
  random: Random,
): void {
  for (let index = places.length - 1; index > 0; index--) {
    const [one, other] = [places[index] ?? 0, places[randomInteger(random, index + 1)] ?? 0];
    const kept = values[one] ?? 0;
    values[one] = values[other] ?? 0;
    values[other] = kept;
  }
}

/** `count` random pairs of different places 0 .. n - 1; none if n < 2. */
export function* randomPairs(n: number, random: Random, count: number): Generator<readonly [number, number]> {
  if (n < 2) return;
  for (let pair = 0; pair < count; pair++) {
    const first = randomInteger(random, n);
    yield [first, (first + 1 + randomInteger(random, n - 1)) % n];
  }
}
