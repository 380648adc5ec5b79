/**
 * Information of two tokens' correctness given how hard the sample is. Its null keeps how many tokens of each sample
 * and of each position are right and is uniform over all such matrices: the conditional distribution of the Rasch
 * model, in which samples differ in difficulty, positions in ease, and nothing binds. Whatever a noisy accuracy leaves
 * in of the samples' differences, the null has as well.
 */
import { randomInteger, seededRandom, type Random } from '../random.ts';
import { bitCount, type CorrectnessMatrix } from './correctnessBits.ts';
import { longestLag, type LagPoint, type ProfileOptions } from './dependence.ts';
import { marginInformation } from './information.ts';
import { sortedQuantile } from './quantile.ts';

/** Accuracy is told apart in this many steps before it is cut into quantile bins: exact up to 1,026 tokens. */
const LEVELS = 1024;

/** Samples with equally many right tokens and the same positions seen: whole words of the columns. */
interface Group {
  readonly from: number;
  readonly to: number;
  readonly size: number;
  /** 1 for a position that these samples have. */
  readonly sees: Uint8Array;
  /** First cell of the level of the accuracy on the other tokens if 0, 1 or 2 of the two are right; -4 if none. */
  readonly levels: readonly [number, number, number];
}

/** A matrix sorted into groups. What the randomization keeps is in here once. */
interface Layout {
  readonly samples: number;
  readonly positions: number;
  /** `[samples x positions]` sorted by group; the one thing that changes. */
  readonly flags: Int8Array;
  /** `[samples]` bit of each row in the columns. */
  readonly bits: Uint32Array;
  readonly groups: readonly Group[];
  readonly words: number;
  /** Distinct levels of accuracy. */
  readonly levels: number;
}

interface Row {
  readonly flags: Int8Array;
  readonly right: number;
  readonly pattern: string;
}

function rowOf(flags: Int8Array): Row {
  const right = flags.reduce((sum, flag) => sum + Number(flag === 1), 0);
  return { flags, right, pattern: flags.includes(-1) ? flags.map((flag) => Number(flag >= 0)).join('') : '' };
}

function layOut({ flags, samples, positions }: CorrectnessMatrix): Layout {
  const byKey = new Map<string, Row[]>();
  for (let sample = 0; sample < samples; sample++) {
    const row = rowOf(flags.subarray(sample * positions, (sample + 1) * positions));
    const key = `${row.right} ${row.pattern}`;
    const rows = byKey.get(key);
    if (rows) rows.push(row);
    else byKey.set(key, [row]);
  }
  const sorted = new Int8Array(flags.length);
  const bits = new Uint32Array(samples);
  const raw: Group[] = [];
  let [word, row] = [0, 0];
  for (const rows of byKey.values()) {
    const [{ flags: sample, right } = { flags: new Int8Array(positions), right: 0 }] = rows;
    const sees = Uint8Array.from(sample, (flag) => Number(flag >= 0));
    const others = sees.reduce((sum, seen) => sum + seen, 0) - 2;
    const levelOf = (of: number): number =>
      others < 1 || right < of ? -1 : Math.round(((right - of) * LEVELS) / others);
    const to = word + Math.ceil(rows.length / 32);
    raw.push({ from: word, to, size: rows.length, sees, levels: [levelOf(0), levelOf(1), levelOf(2)] });
    rows.forEach((own, place) => {
      sorted.set(own.flags, row * positions);
      bits[row++] = 32 * word + place;
    });
    word = to;
  }
  const known = [...new Set(raw.flatMap(({ levels }) => levels))].filter((level) => level >= 0);
  const place = new Map(known.sort((a, b) => a - b).map((level, index) => [level, index]));
  const cellOf = (level: number): number => 4 * (place.get(level) ?? -1);
  const groups = raw.map((group): Group => {
    const [none, one, two] = group.levels;
    return { ...group, levels: [cellOf(none), cellOf(one), cellOf(two)] };
  });
  return { samples, positions, flags: sorted, bits, groups, words: word, levels: known.length };
}

/** The right tokens of each position as bits, and how many each group has. */
interface Columns {
  readonly right: readonly Uint32Array[];
  readonly counts: readonly Float64Array[];
}

function columnsOf({ samples, positions, flags, bits, groups, words }: Layout): Columns {
  const right = Array.from({ length: positions }, () => new Uint32Array(words));
  for (let row = 0; row < samples; row++) {
    const bit = bits[row] ?? 0;
    const word = bit >>> 5;
    const mask = 1 << (bit & 31);
    for (let position = 0; position < positions; position++) {
      const column = right[position];
      if (column && flags[row * positions + position] === 1) column[word] = (column[word] ?? 0) | mask;
    }
  }
  const counts = right.map((column) => {
    const own = new Float64Array(groups.length);
    groups.forEach(({ from, to }, group) => {
      own[group] = bitsBetween(column, column, from, to);
    });
    return own;
  });
  return { right, counts };
}

/** Set bits of two columns at once, in the words from .. to - 1. */
function bitsBetween(one: Uint32Array, other: Uint32Array, from: number, to: number): number {
  let count = 0;
  for (let word = from; word < to; word++) count += bitCount((one[word] ?? 0) & (other[word] ?? 0));
  return count;
}

/** Counts of (first, second) at each level of the accuracy on the sample's other tokens, four a level. */
function levelCounts(
  { groups }: Layout,
  { right, counts: rightOf }: Columns,
  [i, j]: readonly [number, number],
  counts: Float64Array,
): void {
  counts.fill(0);
  const [one, other, firsts, seconds] = [right[i], right[j], rightOf[i], rightOf[j]];
  if (!one || !other || !firsts || !seconds) return;
  for (let index = 0; index < groups.length; index++) {
    const group = groups[index];
    if (group?.sees[i] !== 1 || group.sees[j] !== 1) continue;
    const both = bitsBetween(one, other, group.from, group.to);
    const first = firsts[index] ?? 0;
    const second = seconds[index] ?? 0;
    add(counts, group.levels[0], group.size - first - second + both);
    add(counts, group.levels[1] + 1, second - both);
    add(counts, group.levels[1] + 2, first - both);
    add(counts, group.levels[2] + 3, both);
  }
}

function add(counts: Float64Array, at: number, count: number): void {
  if (count > 0 && at >= 0) counts[at] = (counts[at] ?? 0) + count;
}

/** Weighted sums over tables. */
interface Sums {
  mi: number;
  corrected: number;
  weight: number;
  /** Pairs of positions with a table that varies. */
  pairs: number;
}

const cell = (cells: Float64Array, at: number): number => cells[at] ?? 0;

/** Fills the tables of the quantile bins of the levels: both, first, second and all of each. Equal accuracies share a bin. */
function fillBins(counts: Float64Array, tables: Float64Array): void {
  const bins = tables.length / 4;
  tables.fill(0);
  let n = 0;
  for (let at = 0; at < counts.length; at++) n += cell(counts, at);
  let before = 0;
  for (let at = 0; at < counts.length; at += 4) {
    const [n01, n10, n11] = [cell(counts, at + 1), cell(counts, at + 2), cell(counts, at + 3)];
    const size = cell(counts, at) + n01 + n10 + n11;
    if (size === 0) continue;
    const bin = 4 * Math.min(bins - 1, Math.floor(((before + size / 2) / n) * bins));
    before += size;
    tables[bin] = cell(tables, bin) + n11;
    tables[bin + 1] = cell(tables, bin + 1) + n10 + n11;
    tables[bin + 2] = cell(tables, bin + 2) + n01 + n11;
    tables[bin + 3] = cell(tables, bin + 3) + size;
  }
}

/** Adds the tables that vary. */
function addTables(tables: Float64Array, sums: Sums): void {
  const before = sums.weight;
  for (let bin = 0; bin < tables.length; bin += 4) {
    const [first, second, size] = [cell(tables, bin + 1), cell(tables, bin + 2), cell(tables, bin + 3)];
    if (first === 0 || first === size || second === 0 || second === size) continue;
    const { mi, corrected } = marginInformation(cell(tables, bin), first, second, size);
    sums.mi += size * mi;
    sums.corrected += size * corrected;
    sums.weight += size;
  }
  sums.pairs += Number(sums.weight > before);
}

/** The averages of each lag. */
function averages(layout: Layout, lags: number, bins: number): Sums[] {
  const columns = columnsOf(layout);
  const counts = new Float64Array(4 * layout.levels);
  const tables = new Float64Array(4 * bins);
  return Array.from({ length: lags }, (_, index) => {
    const sums = { mi: 0, corrected: 0, weight: 0, pairs: 0 };
    for (let i = 0; i + index + 1 < layout.positions; i++) {
      levelCounts(layout, columns, [i, i + index + 1], counts);
      fillBins(counts, tables);
      addTables(tables, sums);
    }
    return sums;
  });
}

/**
 * Trades between two random samples: of the positions that both have and that only one of them has right, which one
 * has it is drawn anew. Sums of samples and of positions stay. "Curveball", Strona et al. 2014 (Nature
 * Communications 5), uniform by Carstens 2015 (Physical Review E 91).
 */
function trade({ samples, positions, flags }: Layout, random: Random, differing: Uint32Array): void {
  const one = randomInteger(random, samples) * positions;
  const other = randomInteger(random, samples) * positions;
  let [differ, right] = [0, 0];
  for (let position = 0; position < positions; position++) {
    const [a, b] = [flags[one + position] ?? -1, flags[other + position] ?? -1];
    if (a < 0 || b < 0 || a === b) continue;
    differing[differ++] = position;
    right += a;
  }
  if (right === 0 || right === differ) return;
  for (let index = 0; index < differ; index++) {
    const position = differing[index] ?? 0;
    const isOne = random() * (differ - index) < right;
    right -= Number(isOne);
    flags[one + position] = Number(isOne);
    flags[other + position] = Number(!isOne);
  }
}

/** Trades a sample before the first randomized matrix, and between two of them; each trade changes two samples. */
const BURN_IN = 10;
const THINNING = 1;

function lagPoint(lag: number, { mi, corrected, weight, pairs }: Sums, drawn: Float64Array): LagPoint {
  if (weight === 0) {
    const none = { mi: NaN, corrected: NaN, nullMean: NaN, nullHigh: NaN, p: NaN };
    return { lag, pairs, ...none, noVariation: true };
  }
  const seen = corrected / weight;
  const sorted = drawn.sort();
  const reached = sorted.reduce((count, value) => count + Number(value >= seen - 1e-12), 0);
  return {
    lag,
    pairs,
    mi: mi / weight,
    corrected: seen,
    nullMean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    nullHigh: sortedQuantile(sorted, 0.95),
    p: (1 + reached) / (sorted.length + 1),
    noVariation: false,
  };
}

/**
 * I(C_i; C_{i + k} | Q), Q the quantile bin of the sample's accuracy on its other tokens ("leave two out"):
 * sum_q (N_q / N) MI_q, Miller-Madow in each bin, averaged over i as in `lagProfile`. Near the null with a large raw
 * value: samples differ, the sequence does not bind. The null is of the whole matrix and not of each table, for tables
 * of one lag go together given the accuracy. O(permutations samples positions lags / 32).
 *
 * @yields the share done, 0 .. 1.
 * @throws {RangeError} if the flags do not fill the matrix or bins is not a positive whole number.
 */
export function* conditionalMi(
  matrix: CorrectnessMatrix,
  { seed, maxLag = 16, permutations = 199, bins = 10 }: ProfileOptions & { bins?: number },
): Generator<number, LagPoint[]> {
  if (!Number.isInteger(bins) || bins < 1) throw new RangeError(`${bins} bins`);
  if (matrix.flags.length !== matrix.samples * matrix.positions)
    throw new RangeError(`${matrix.flags.length} flags for ${matrix.samples} samples`);
  const lags = longestLag(matrix.positions, maxLag);
  const layout = layOut(matrix);
  const seen = averages(layout, lags, bins);
  const drawn = seen.map(() => new Float64Array(permutations));
  const random = seededRandom(seed);
  const differing = new Uint32Array(matrix.positions);
  for (let index = 0; index < permutations; index++) {
    const trades = layout.samples * (index === 0 ? BURN_IN : THINNING);
    for (let done = 0; done < trades; done++) trade(layout, random, differing);
    averages(layout, lags, bins).forEach(({ corrected, weight }, lag) => {
      const values = drawn[lag];
      // Without a table that varies there is no information.
      if (values) values[index] = weight > 0 ? corrected / weight : 0;
    });
    yield (index + 1) / permutations;
  }
  return seen.map((sums, index) => lagPoint(index + 1, sums, drawn[index] ?? new Float64Array(0)));
}

/** A random part of a matrix with at most so many cells, in its order; the matrix itself if it is no larger. */
export function partOf(matrix: CorrectnessMatrix, cells: number, seed: number): CorrectnessMatrix {
  const { flags, samples, positions } = matrix;
  const wanted = Math.max(1, Math.floor(cells / positions));
  if (samples <= wanted) return matrix;
  const random = seededRandom(seed);
  const part = new Int8Array(wanted * positions);
  let taken = 0;
  for (let sample = 0; sample < samples && taken < wanted; sample++)
    if (random() * (samples - sample) < wanted - taken)
      part.set(flags.subarray(sample * positions, (sample + 1) * positions), taken++ * positions);
  return { flags: part, samples: wanted, positions };
}
