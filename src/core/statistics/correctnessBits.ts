/** A correctness matrix as bit sets, one pair a position: 2 x 2 tables of 100,000 samples by counting bits. */

/** Which tokens are right: `[samples x positions]`, row by row; 1 right, 0 wrong, -1 unobserved. */
export interface CorrectnessMatrix {
  readonly flags: Int8Array;
  readonly samples: number;
  readonly positions: number;
}

/** One column: bit s of `right` and of `seen` stands for sample s. */
export interface FlagBits {
  readonly right: Uint32Array;
  readonly seen: Uint32Array;
}

/** Margins of the table of two columns over the samples in which both are seen. */
export interface PairMargins {
  readonly both: number;
  readonly first: number;
  readonly second: number;
  readonly n: number;
}

/**
 * The columns of a matrix.
 *
 * @throws {RangeError} if the flags do not fill samples x positions.
 */
export function flagColumns({ flags, samples, positions }: CorrectnessMatrix): FlagBits[] {
  if (flags.length !== samples * positions)
    throw new RangeError(`${flags.length} flags for ${samples} samples of ${positions} tokens`);
  const words = Math.ceil(samples / 32);
  const columns = Array.from({ length: positions }, () => ({
    right: new Uint32Array(words),
    seen: new Uint32Array(words),
  }));
  // A word of every column from the rows of 32 samples, which lie side by side.
  for (let word = 0; word < words; word++) {
    const to = Math.min(samples, 32 * word + 32);
    for (let position = 0; position < positions; position++) {
      let right = 0;
      let seen = 0;
      for (let sample = 32 * word; sample < to; sample++) {
        // Without a branch, which would be taken at random: 0 for -1, else 1.
        const flag = flags[sample * positions + position] ?? -1;
        const isSeen = 1 + (flag >> 31);
        seen |= isSeen << (sample & 31);
        right |= (flag & isSeen) << (sample & 31);
      }
      const column = columns[position];
      if (!column) continue;
      column.right[word] = right;
      column.seen[word] = seen;
    }
  }
  return columns;
}

/** Number of set bits of a 32-bit word. */
export function bitCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Table of two columns. O(samples / 32). */
export function pairMargins(one: FlagBits, other: FlagBits): PairMargins {
  let [both, first, second, n] = [0, 0, 0, 0];
  for (let word = 0; word < one.seen.length; word++) {
    const seen = (one.seen[word] ?? 0) & (other.seen[word] ?? 0);
    const right = (one.right[word] ?? 0) & seen;
    const otherRight = (other.right[word] ?? 0) & seen;
    both += bitCount(right & otherRight);
    first += bitCount(right);
    second += bitCount(otherRight);
    n += bitCount(seen);
  }
  return { both, first, second, n };
}

/** A_j = prod_{i <= j} C_i of each position j, seen where all of them are. */
export function prefixColumns(columns: readonly FlagBits[]): FlagBits[] {
  let before: FlagBits | null = null;
  return columns.map(({ right, seen }) => {
    const earlier: FlagBits | null = before;
    before = {
      right: right.map((word, index) => (earlier ? word & (earlier.right[index] ?? 0) : word)),
      seen: seen.map((word, index) => (earlier ? word & (earlier.seen[index] ?? 0) : word)),
    };
    return before;
  });
}
