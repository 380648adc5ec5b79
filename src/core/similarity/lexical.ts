/** Similarity of two sequences by their symbols: token ids, words or characters (a string counts UTF-16 units). */
export type Symbols = ArrayLike<number | string>;

/** Numbers for the symbols of both sequences, the same for the same symbol. */
function interned(a: Symbols, b: Symbols): { a: Uint32Array; b: Uint32Array; size: number } {
  const ids = new Map<number | string, number>();
  const idOf = (symbol: number | string): number => {
    const id = ids.get(symbol) ?? ids.size;
    ids.set(symbol, id);
    return id;
  };
  const numbers = (symbols: Symbols) => Uint32Array.from(Array.from(symbols, idOf));
  return { a: numbers(a), b: numbers(b), size: ids.size };
}

/** Each n-gram's first n - 1 symbols and its last one, numbered again: no hash, so no collision. */
function longerGrams(
  grams: Uint32Array,
  symbols: Uint32Array,
  n: number,
  size: number,
  ids: Map<number, number>,
) {
  const longer = new Uint32Array(Math.max(0, symbols.length - n + 1));
  for (let at = 0; at < longer.length; at++) {
    const key = (grams[at] ?? 0) * size + (symbols[at + n - 1] ?? 0);
    const id = ids.get(key) ?? ids.size;
    ids.set(key, id);
    longer[at] = id;
  }
  return longer;
}

/** The sets of n-grams of two sequences, as numbers. */
function gramSets(a: Symbols, b: Symbols, n: number): [Set<number>, Set<number>] {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`n-grams of ${n} symbols`);
  const symbols = interned(a, b);
  let { a: gramsA, b: gramsB } = symbols;
  for (let length = 2; length <= n; length++) {
    const ids = new Map<number, number>();
    gramsA = longerGrams(gramsA, symbols.a, length, symbols.size, ids);
    gramsB = longerGrams(gramsB, symbols.b, length, symbols.size, ids);
  }
  return [new Set(gramsA), new Set(gramsB)];
}

function sharedCount(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let shared = 0;
  for (const gram of a) shared += Number(b.has(gram));
  return shared;
}

/**
 * Jaccard similarity of the sets of n-grams: |A and B| / |A or B|. O(n (|a| + |b|)).
 *
 * @returns NaN if either sequence is shorter than n.
 * @throws {RangeError} if n is not a positive integer.
 */
export function ngramJaccard(a: Symbols, b: Symbols, n: number): number {
  const [setA, setB] = gramSets(a, b, n);
  if (setA.size === 0 || setB.size === 0) return NaN;
  const shared = sharedCount(setA, setB);
  return shared / (setA.size + setB.size - shared);
}

/**
 * Containment: the share of a's n-grams that b has, |A and B| / |A|.
 *
 * @returns NaN if either sequence is shorter than n.
 * @throws {RangeError} if n is not a positive integer.
 */
export function ngramContainment(a: Symbols, b: Symbols, n: number): number {
  const [setA, setB] = gramSets(a, b, n);
  return setA.size === 0 || setB.size === 0 ? NaN : sharedCount(setA, setB) / setA.size;
}

/** Levenshtein distance: fewest insertions, deletions and replacements. O(|a| |b|) time, O(|b|) memory. */
export function levenshtein(a: Symbols, b: Symbols): number {
  const row = Uint32Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0] ?? 0;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] ?? 0;
      const replaced = diagonal + Number(a[i - 1] !== b[j - 1]);
      row[j] = Math.min(above + 1, (row[j - 1] ?? 0) + 1, replaced);
      diagonal = above;
    }
  }
  return row[b.length] ?? 0;
}

/** 1 - distance / length of the longer; 1 for two empty sequences. */
export function levenshteinSimilarity(a: Symbols, b: Symbols): number {
  const longer = Math.max(a.length, b.length);
  return longer === 0 ? 1 : 1 - levenshtein(a, b) / longer;
}

/**
 * Lengths by dynamic programming over the places where a symbol of a meets one of b, row by row.
 *
 * @param step value of a cell from its left, upper-left and upper neighbours.
 * @returns the largest value of any cell.
 */
function largestCell(
  a: Symbols,
  b: Symbols,
  step: (isSame: boolean, left: number, diagonal: number, above: number) => number,
): number {
  const row = new Uint32Array(b.length + 1);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    let diagonal = 0;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] ?? 0;
      const value = step(a[i] === b[j - 1], row[j - 1] ?? 0, diagonal, above);
      row[j] = value;
      diagonal = above;
      if (value > largest) largest = value;
    }
  }
  return largest;
}

/** Length of the longest common subsequence: symbols in order, gaps allowed. */
export const longestCommonSubsequence = (a: Symbols, b: Symbols): number =>
  largestCell(a, b, (isSame, left, diagonal, above) => (isSame ? diagonal + 1 : Math.max(left, above)));

/** Length of the longest common substring: symbols without a gap. */
export const longestCommonSubstring = (a: Symbols, b: Symbols): number =>
  largestCell(a, b, (isSame, _left, diagonal) => (isSame ? diagonal + 1 : 0));

/** ROUGE-L of a hypothesis against one reference. */
export interface RougeL {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/**
 * ROUGE-L (Lin 2004, section 3): P = LCS / |hypothesis|, R = LCS / |reference|, F1 = 2 P R / (P + R). Two empty
 * sequences give 1, one empty gives 0.
 */
export function rougeL(hypothesis: Symbols, reference: Symbols): RougeL {
  const [hypothesisLength, referenceLength] = [hypothesis.length, reference.length];
  if (hypothesisLength === 0 || referenceLength === 0) {
    const value = hypothesisLength === referenceLength ? 1 : 0;
    return { precision: value, recall: value, f1: value };
  }
  const common = longestCommonSubsequence(hypothesis, reference);
  return {
    precision: common / hypothesisLength,
    recall: common / referenceLength,
    // 2 P R / (P + R) without its 0 / 0.
    f1: (2 * common) / (hypothesisLength + referenceLength),
  };
}
