import { compareRows, rowCount, rowLength, rowTokens, type TokenRows } from '../tokenRows.ts';
import { ngramJaccard } from './lexical.ts';
import {
  bandsFor,
  gramHashes,
  hashTokens,
  longEnough,
  missProbability,
  signaturesOf,
  SKETCH_MISS,
  sketchTest,
} from './minHash.ts';

/** Which samples are copies of each other. */
export interface Duplicates {
  /** `[n]` first row with exactly these tokens. */
  readonly exactGroup: Uint32Array;
  /** `[n]` rows with exactly these tokens, itself among them. */
  readonly exactCount: Uint32Array;
  /** `[n]` first row of the group that is joined by near or exact duplicates. */
  readonly nearGroup: Uint32Array;
  /** `[n]` rows of that group, itself among them. */
  readonly nearCount: Uint32Array;
  /** Pairs of which the exact similarity was computed. */
  readonly verified: number;
  /** Pairs that share a band but were not looked at, because too many rows did. */
  readonly skipped: number;
  /** Chance that a pair just at the threshold was not found. */
  readonly missProbability: number;
}

export interface DuplicateOptions {
  /** Tokens of an n-gram. */
  readonly n?: number;
  /** Jaccard similarity from which on two rows are near duplicates. */
  readonly threshold?: number;
  readonly seed?: number;
}

/** Groups that are joined pair by pair; the lowest member stands for its group. */
class Groups {
  readonly parent: Uint32Array;

  constructor(size: number) {
    this.parent = Uint32Array.from({ length: size }, (_, row) => row);
  }

  /** Lowest row of a row's group, with the path halved on the way. */
  find(row: number): number {
    let at = row;
    for (let up = this.parent[at] ?? at; up !== at; up = this.parent[at] ?? at) {
      this.parent[at] = this.parent[up] ?? up;
      at = up;
    }
    return at;
  }

  join(a: number, b: number): void {
    const [rootA, rootB] = [this.find(a), this.find(b)];
    this.parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }

  roots(): Uint32Array {
    return this.parent.map((_, row) => this.find(row));
  }
}

/** `[n]` size of each row's group. */
function groupSizes(group: Uint32Array): Uint32Array {
  const sizes = new Uint32Array(group.length);
  for (const root of group) sizes[root] = (sizes[root] ?? 0) + 1;
  return group.map((root) => sizes[root] ?? 0);
}

/** Joins rows with the same tokens: by hash, and then token by token. */
function exactGroups(rows: TokenRows): Uint32Array {
  const byHash = new Map<number, number[]>();
  return Uint32Array.from({ length: rowCount(rows) }, (_, row) => {
    const hash = hashTokens(rowTokens(rows, row), 0, rowLength(rows, row));
    const candidates = byHash.get(hash);
    const found = candidates?.find((candidate) => compareRows(rows, candidate, row) === 0);
    if (found !== undefined) return found;
    if (candidates) candidates.push(row);
    else byHash.set(hash, [row]);
    return row;
  });
}

/** Jaccard similarity of two sorted lists of hashes, repeats counted once. */
function sortedJaccard(a: Uint32Array, b: Uint32Array): number {
  let [i, j, shared, union] = [0, 0, 0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i] ?? Infinity, b[j] ?? Infinity];
    const least = Math.min(x, y);
    union++;
    shared += Number(x === y);
    while (a[i] === least) i++;
    while (b[j] === least) j++;
  }
  return shared / union;
}

/** Rows of one bucket that a row is compared with at most. */
const MOST_COMPARED = 32;

/** Rows of one band, bucket by bucket, in ascending order within each. */
function* buckets(keys: Uint32Array): Generator<number[]> {
  const byKey = new Map<number, number[]>();
  keys.forEach((key, index) => {
    const bucket = byKey.get(key);
    if (bucket) bucket.push(index);
    else byKey.set(key, [index]);
  });
  for (const bucket of byKey.values()) if (bucket.length > 1) yield bucket;
}

/** A cautious filter by hashes first; what passes it is decided on the tokens themselves. */
function nearTest(rows: TokenRows, n: number, threshold: number): (a: number, b: number) => boolean {
  const sorted = new Map<number, Uint32Array>();
  const gramsOf = (row: number): Uint32Array => {
    const grams = sorted.get(row) ?? gramHashes(rows, row, n).sort();
    sorted.set(row, grams);
    return grams;
  };
  // Two n-grams with one hash could lower the union by one or two, never by a twentieth of it.
  return (a, b) =>
    sortedJaccard(gramsOf(a), gramsOf(b)) >= threshold - 0.05 &&
    ngramJaccard(rowTokens(rows, a), rowTokens(rows, b), n) >= threshold;
}

/** Whether rows are near; by their positions among the chosen rows. */
interface PairTest {
  /** Quick: false if a pair cannot be near, but for few. */
  readonly mayBeNear: (a: number, b: number) => boolean;
  readonly isNear: (a: number, b: number) => boolean;
}

/** Joins what is near within one bucket. */
function joinBucket(
  members: readonly number[],
  groups: Groups,
  { mayBeNear, isNear }: PairTest,
): { verified: number; skipped: number } {
  let verified = 0;
  let skipped = 0;
  members.forEach((row, index) => {
    const first = Math.max(0, index - MOST_COMPARED);
    skipped += first;
    for (let other = first; other < index; other++) {
      const candidate = members[other] ?? 0;
      if (!mayBeNear(candidate, row) || groups.find(candidate) === groups.find(row)) continue;
      verified++;
      if (isNear(candidate, row)) groups.join(candidate, row);
    }
  });
  return { verified, skipped };
}

/** Groups of near duplicates among the `chosen` rows, by positions in that list. */
function nearGroups(
  rows: TokenRows,
  chosen: Uint32Array,
  { n, threshold, seed }: Required<DuplicateOptions>,
): { groups: Groups; verified: number; skipped: number } {
  const bands = bandsFor(threshold);
  const { keys, sketches } = signaturesOf(rows, chosen, n, bands, seed);
  const isNearRow = nearTest(rows, n, threshold);
  const test: PairTest = {
    mayBeNear: sketchTest(sketches, threshold, bands),
    isNear: (a, b) => isNearRow(chosen[a] ?? 0, chosen[b] ?? 0),
  };
  const groups = new Groups(chosen.length);
  const totals = { verified: 0, skipped: 0 };
  for (let band = 0; band < bands.bands; band++)
    for (const bucket of buckets(keys.subarray(band * chosen.length, (band + 1) * chosen.length))) {
      const { verified, skipped } = joinBucket(bucket, groups, test);
      totals.verified += verified;
      totals.skipped += skipped;
    }
  return { groups, ...totals };
}

/**
 * Exact and near duplicates among many token sequences. Candidates come from MinHash with locality-sensitive bands
 * (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4) and are verified by the
 * exact Jaccard similarity of their sets of n-grams; groups are the connected components. Rows shorter than n have
 * no n-grams and are exact duplicates at most.
 *
 * @throws {RangeError} if the threshold does not lie in (0, 1] or n is not a positive integer.
 */
export function findDuplicates(
  rows: TokenRows,
  { n = 5, threshold = 0.8, seed = 1 }: DuplicateOptions = {},
): Duplicates {
  if (!(threshold > 0 && threshold <= 1)) throw new RangeError(`threshold ${threshold}`);
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`n-grams of ${n} tokens`);
  const exactGroup = exactGroups(rows);
  const groups = new Groups(rowCount(rows));
  exactGroup.forEach((first, row) => {
    groups.join(first, row);
  });
  const chosen = longEnough(rows, n).filter((row) => exactGroup[row] === row);
  const near = nearGroups(rows, chosen, { n, threshold, seed });
  near.groups.roots().forEach((root, index) => {
    groups.join(chosen[root] ?? 0, chosen[index] ?? 0);
  });
  const nearGroup = groups.roots();
  return {
    exactGroup,
    exactCount: groupSizes(exactGroup),
    nearGroup,
    nearCount: groupSizes(nearGroup),
    verified: near.verified,
    skipped: near.skipped,
    missProbability: missProbability(threshold, bandsFor(threshold)) + SKETCH_MISS,
  };
}
