/**
 * What the panel "Ceilings" shows: how far greedy decoding can follow each sample at most, given the other samples,
 * beside how far it does. Li et al. 2025 (arXiv 2502.01187), theorem 2.6 and remark 2.7.
 */
import { memorizationCeilings, NO_RIVAL, verbatimAtMost, type Ceilings } from '../ceilings.ts';
import { rowLength, sortedRows, type TokenRows } from '../tokenRows.ts';

export interface CeilingAnalysis extends Ceilings {
  /** Samples that have tokens and a known N. */
  readonly samples: number;
  /** Those among them whose N is censored at the suffix's end. */
  readonly censored: number;
  /** `[max L + 1]` samples with at least n tokens: of suffix, of either ceiling, of match. */
  readonly possible: Uint32Array;
  readonly termwiseAtLeast: Uint32Array;
  readonly sequenceAtLeast: Uint32Array;
  readonly observedAtLeast: Uint32Array;
  /** Samples with a term-wise ceiling below their length, by the tokens they lose to it, most first; ties by index. */
  readonly capped: Uint32Array;
  /** Samples whose suffix is not the most frequent one of their prefix. */
  readonly sequenceCapped: number;
  /** Samples that any one greedy decoder can recite to their end, at most. */
  readonly verbatimAtMost: number;
  /** Samples that are matched further than their term-wise ceiling: the model follows the rarer continuation there. */
  readonly above: number;
}

/** From how many samples have exactly n to how many have n or more. */
function atLeast(counts: Uint32Array): Uint32Array {
  for (let n = counts.length - 2; n >= 0; n--) counts[n] = (counts[n] ?? 0) + (counts[n + 1] ?? 0);
  return counts;
}

/**
 * Ceilings of all samples beside their match lengths. Every sample counts once, however often the model saw it.
 * O(tokens) after sorting.
 *
 * @param rows tokens of prefix and suffix of each sample; empty where it could not be cut.
 * @param suffixStarts `[samples]` tokens of each prefix.
 * @param n `[samples]` match lengths; NaN where unscored.
 * @throws {RangeError} if a suffix begins behind its sample.
 */
export function analyseCeilings(
  rows: TokenRows,
  suffixStarts: ArrayLike<number>,
  n: ArrayLike<number>,
): CeilingAnalysis {
  const sorted = sortedRows(rows);
  const ceilings = memorizationCeilings(rows, suffixStarts, sorted);
  const lengths = ceilings.termwise.map((_, row) => rowLength(rows, row) - (suffixStarts[row] ?? 0));
  const size = lengths.reduce((most, length) => Math.max(most, length), 0) + 1;
  const [possible, termwise, sequence, observed] = [0, 1, 2, 3].map(() => new Uint32Array(size));
  const add = (into: Uint32Array | undefined, at: number): void => {
    if (into) into[at] = (into[at] ?? 0) + 1;
  };
  const capped: number[] = [];
  let [samples, censored, sequenceCapped, above] = [0, 0, 0, 0];
  lengths.forEach((length, row) => {
    const match = n[row] ?? NaN;
    if (length === 0 || Number.isNaN(match)) return;
    const [byTerm, bySequence] = [ceilings.termwise[row] ?? 0, ceilings.sequence[row] ?? 0];
    samples++;
    censored += Number(match >= length);
    sequenceCapped += Number(bySequence < length);
    above += Number(match > byTerm);
    if (ceilings.rival[row] !== NO_RIVAL) capped.push(row);
    add(possible, length);
    add(termwise, byTerm);
    add(sequence, bySequence);
    add(observed, Math.min(match, length));
  });
  const lost = (row: number): number => (lengths[row] ?? 0) - (ceilings.termwise[row] ?? 0);
  const known = (counts: Uint32Array | undefined): Uint32Array => atLeast(counts ?? new Uint32Array(size));
  return {
    ...ceilings,
    samples,
    censored,
    possible: known(possible),
    termwiseAtLeast: known(termwise),
    sequenceAtLeast: known(sequence),
    observedAtLeast: known(observed),
    capped: Uint32Array.from(capped.sort((a, b) => lost(b) - lost(a) || a - b)),
    sequenceCapped,
    verbatimAtMost: verbatimAtMost(rows, suffixStarts, sorted),
    above,
  };
}
