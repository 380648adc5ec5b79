/**
 * What no model can memorize verbatim: where samples share a prefix and go on differently, a greedy decoder follows
 * one of them only. Ceilings of the match length N from the user's samples alone (Li et al. 2025, arXiv 2502.01187,
 * theorem 2.6 and remark 2.7, made operational).
 */
import { filled } from './filled.ts';
import { sortOrder } from './statistics/ranks.ts';
import { commonLength, compareRows, rowCount, rowLength, sortedRows, type TokenRows } from './tokenRows.ts';

/** Ceilings of each sample, in tokens of its suffix. */
export interface Ceilings {
  /** `[n]` N_t: tokens that the term-wise best decoder reproduces. */
  readonly termwise: Uint32Array;
  /** `[n]` N_b: tokens that agree with the most frequent whole suffix of the same prefix. */
  readonly sequence: Uint32Array;
  /** `[n]` the token that the decoder takes instead where N_t ends; {@link NO_RIVAL} if it reproduces the suffix. */
  readonly rival: Int32Array;
  /** `[n]` a sample that goes the decoder's way there, else {@link NO_RIVAL}. */
  readonly rivalRow: Int32Array;
  /** `[n]` samples that go the decoder's way there, and those that go this sample's; 0 without a rival. */
  readonly rivalRows: Uint32Array;
  readonly ownRows: Uint32Array;
  /** `[n]` samples with the same prefix, itself among them. */
  readonly samePrefix: Uint32Array;
}

export const NO_RIVAL = -1;

/** A node of the trie: the rows `order[start .. end - 1]`, sorted, which agree in their first `depth` tokens. */
interface Node {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

type Samples = TokenRows & { readonly suffixStarts: ArrayLike<number> };

const tokenAt = ({ ids, starts }: TokenRows, row: number, at: number): number =>
  ids[(starts[row] ?? 0) + at] ?? NO_RIVAL;

/** Nodes below `node`, one for each next token, by ascending id. Rows that end here go on nowhere. */
function childrenOf(samples: Samples, order: Uint32Array, { start, end, depth }: Node): Node[] {
  const children: Node[] = [];
  let from = start;
  while (from < end && rowLength(samples, order[from] ?? 0) === depth) from++;
  while (from < end) {
    const token = tokenAt(samples, order[from] ?? 0, depth);
    let to = from + 1;
    while (to < end && tokenAt(samples, order[to] ?? 0, depth) === token) to++;
    children.push({ start: from, end: to, depth: depth + 1 });
    from = to;
  }
  return children;
}

/** The child with most rows; of equals the first, which has the lowest token id. */
const majorityOf = (children: readonly Node[]): Node | undefined =>
  children.reduce<Node | undefined>(
    (best, child) => (best && best.end - best.start >= child.end - child.start ? best : child),
    undefined,
  );

/** Ends N_t of the rows of `child` whose suffix has begun and who were still followed. */
function endTermwise(
  samples: Samples,
  order: Uint32Array,
  child: Node,
  majority: Node,
  into: Ceilings,
): void {
  const at = child.depth - 1;
  const rivalRow = order[majority.start] ?? 0;
  const rival = tokenAt(samples, rivalRow, at);
  for (let index = child.start; index < child.end; index++) {
    const row = order[index] ?? 0;
    const suffixStart = samples.suffixStarts[row] ?? 0;
    if (at < suffixStart || into.rival[row] !== NO_RIVAL) continue;
    into.rival[row] = rival;
    into.rivalRow[row] = rivalRow;
    into.rivalRows[row] = majority.end - majority.start;
    into.ownRows[row] = child.end - child.start;
    into.termwise[row] = at - suffixStart;
  }
}

/** N_t: walks the trie of whole rows, in the order of the sorted rows. A node with one row has no rival below. */
function fillTermwise(samples: Samples, order: Uint32Array, into: Ceilings): void {
  const open: Node[] = [{ start: 0, end: order.length, depth: 0 }];
  for (let node = open.pop(); node; node = open.pop()) {
    const children = childrenOf(samples, order, node);
    const majority = majorityOf(children);
    if (!majority) continue;
    for (const child of children) {
      if (child !== majority) endTermwise(samples, order, child, majority, into);
      if (child.end - child.start > 1) open.push(child);
    }
  }
}

/** Index behind the run of rows that `isSame` joins to the one at `start`. */
function runEnd(order: Uint32Array, start: number, isSame: (a: number, b: number) => boolean): number {
  let end = start + 1;
  while (end < order.length && isSame(order[start] ?? 0, order[end] ?? 0)) end++;
  return end;
}

/** N_b of the rows `order[start .. end - 1]`, which have one prefix and are sorted by their suffixes. */
function fillSequence(
  samples: Samples,
  order: Uint32Array,
  start: number,
  end: number,
  into: Ceilings,
): void {
  let best = start;
  let most = 0;
  for (let from = start; from < end && end - start > 1;) {
    const to = Math.min(
      end,
      runEnd(order, from, (a, b) => compareRows(samples, a, b) === 0),
    );
    if (to - from > most) [best, most] = [from, to - from];
    from = to;
  }
  const mode = order[best] ?? 0;
  for (let index = start; index < end; index++) {
    const row = order[index] ?? 0;
    const from = samples.suffixStarts[row] ?? 0;
    into.sequence[row] =
      row === mode ? rowLength(samples, row) - from : commonLength(samples, row, mode, from);
    into.samePrefix[row] = end - start;
  }
}

/** Samples of one prefix side by side: those with prefixes of one length, in token order. */
function byPrefixLength(sorted: Uint32Array, suffixStarts: ArrayLike<number>): Uint32Array {
  const starts = filled(new Float64Array(sorted.length), (place) => suffixStarts[sorted[place] ?? 0] ?? NaN);
  const order = sortOrder(starts);
  return filled(order, (place) => sorted[order[place] ?? 0] ?? 0);
}

/**
 * Ceilings of N for each sample.
 *
 * Term-wise: walk the sample's suffix in the trie of all samples while its next token is the most frequent one at
 * that node (ties: lowest id). Sequence-level: match length with the most frequent whole suffix among the samples
 * with exactly this prefix (ties: the first in token order). A greedy decoder whose argmax is the data's
 * reproduces exactly N_t tokens; N_b may be larger or smaller.
 *
 * The trie holds whole samples, so a sample whose prefix runs through another's suffix counts there. O(tokens) after
 * sorting; memory a few words a sample.
 *
 * @param rows tokens of prefix and suffix of each sample.
 * @param suffixStarts `[n]` tokens of each prefix.
 * @param sorted the order of the rows, if it is known.
 * @throws {RangeError} if a suffix begins behind its sample.
 */
export function memorizationCeilings(
  rows: TokenRows,
  suffixStarts: ArrayLike<number>,
  sorted = sortedRows(rows),
): Ceilings {
  const n = rowCount(rows);
  const samples: Samples = { ...rows, suffixStarts };
  const startOf = (row: number): number => suffixStarts[row] ?? NaN;
  const suffixLength = (row: number): number => {
    const length = rowLength(rows, row) - startOf(row);
    if (!(length >= 0)) throw new RangeError(`suffix of sample ${row} begins at ${startOf(row)}`);
    return length;
  };
  const ceilings: Ceilings = {
    termwise: filled(new Uint32Array(n), suffixLength),
    sequence: new Uint32Array(n),
    rival: new Int32Array(n).fill(NO_RIVAL),
    rivalRow: new Int32Array(n).fill(NO_RIVAL),
    rivalRows: new Uint32Array(n),
    ownRows: new Uint32Array(n),
    samePrefix: new Uint32Array(n),
  };
  fillTermwise(samples, sorted, ceilings);
  const order = byPrefixLength(sorted, suffixStarts);
  const samePrefix = (a: number, b: number): boolean =>
    startOf(a) === startOf(b) && commonLength(rows, a, b) >= startOf(a);
  for (let start = 0; start < n;) {
    const end = runEnd(order, start, samePrefix);
    fillSequence(samples, order, start, end, ceilings);
    start = end;
  }
  return ceilings;
}

/**
 * Most samples that any one greedy decoder can reproduce to their end: it gives one continuation a prefix, so of the
 * samples with one prefix at most those whose suffixes are beginnings of one of them. Samples without a suffix do not
 * count. O(tokens) after sorting.
 *
 * @param rows tokens of prefix and suffix of each sample.
 * @param suffixStarts `[n]` tokens of each prefix.
 * @param sorted the order of the rows, if it is known.
 */
export function verbatimAtMost(
  rows: TokenRows,
  suffixStarts: ArrayLike<number>,
  sorted = sortedRows(rows),
): number {
  const startOf = (row: number): number => suffixStarts[row] ?? NaN;
  const order = byPrefixLength(
    sorted.filter((row) => rowLength(rows, row) > startOf(row)),
    suffixStarts,
  );
  const samePrefix = (a: number, b: number): boolean =>
    startOf(a) === startOf(b) && commonLength(rows, a, b) >= startOf(a);
  const isBeginning = (a: number, b: number): boolean => commonLength(rows, a, b) === rowLength(rows, a);
  let total = 0;
  for (let start = 0; start < order.length;) {
    const end = runEnd(order, start, samePrefix);
    // In sorted order every beginning of a row stands before it: the open ones are a chain.
    const chain = [order[start] ?? 0];
    let most = 1;
    for (let index = start + 1; index < end; index++) {
      const row = order[index] ?? 0;
      while (chain.length > 0 && !isBeginning(chain.at(-1) ?? 0, row)) chain.pop();
      chain.push(row);
      most = Math.max(most, chain.length);
    }
    total += most;
    start = end;
  }
  return total;
}
