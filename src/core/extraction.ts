/**
 * Verbatim memorization from one teacher-forced pass.
 *
 * Greedy decoding from the tokens before t reproduces the text up to e exactly if every token of t .. e - 1 has
 * rank 1: as long as the output equals the text, the decoder sees the very context that the pass saw. After the
 * first miss the contexts differ, so later flags say nothing about that output, but they are again exact for a
 * decoder started after the miss. Carlini et al. 2022 (arXiv 2202.07646), section 3; proof by induction.
 *
 * "Before t" is the context recorded with token t: all tokens from the text's beginning in a text that fits the
 * model's window, the last `context` tokens in a longer one.
 */
import type { Span } from './span.ts';
import { isFragile, rankOf, type TokenRecords } from './tokenRecords.ts';

/** Flags of {@link correctness}. */
export const CORRECT = 1;
export const WRONG = 0;
export const UNSCORED = -1;

/**
 * Which tokens greedy decoding gets right: C[t] = 1 if rank[t] = 1 under the decoder's tie rule, else 0.
 *
 * @returns `[n]` {@link CORRECT}, {@link WRONG} or {@link UNSCORED}.
 */
export function correctness(records: TokenRecords): Int8Array {
  const correct = new Int8Array(records.length).fill(UNSCORED);
  for (let token = 0; token < records.length; token++) {
    const rank = rankOf(records, token);
    if (!Number.isNaN(rank)) correct[token] = rank === 1 ? CORRECT : WRONG;
  }
  return correct;
}

/**
 * Number of tokens that greedy decoding started before token t reproduces: R[t] = C[t] ? 1 + R[t + 1] : 0. O(n).
 *
 * @param correct `[n]` flags of {@link correctness}.
 * @returns `[n]` tokens; 0 where the token is wrong or unscored.
 */
export function greedyRuns(correct: Int8Array): Uint32Array {
  const runs = new Uint32Array(correct.length);
  let run = 0;
  for (let token = correct.length - 1; token >= 0; token--) {
    run = correct[token] === CORRECT ? run + 1 : 0;
    runs[token] = run;
  }
  return runs;
}

/** A stretch of correct tokens that cannot be extended on either side. */
export interface GreedyRun extends Span {
  /** True if rounding could shorten, split or extend it: a token in it, or the one that ends it, is fragile. */
  readonly fragile: boolean;
  /** True if no miss ended it but the end of the text or of what is scored: the true run may be longer. */
  readonly censored: boolean;
}

/**
 * All maximal greedy runs of at least `minLength` tokens, in order. O(n).
 *
 * @param correct `[n]` flags of {@link correctness} of the same records.
 */
export function maximalRuns(records: TokenRecords, correct: Int8Array, minLength = 1): GreedyRun[] {
  const runs: GreedyRun[] = [];
  let start = 0;
  while (start < correct.length) {
    let end = start;
    let fragile = false;
    while (correct[end] === CORRECT) fragile = isFragile(records, end++) || fragile;
    if (end > start && end - start >= minLength) {
      const censored = end === correct.length || correct[end] === UNSCORED;
      runs.push({ start, end, fragile: fragile || isFragile(records, end), censored });
    }
    start = end + 1;
  }
  return runs;
}

/**
 * The longest of some spans, the first among equals.
 *
 * @returns null if there is none.
 */
export function longestSpan<S extends Span>(spans: readonly S[]): S | null {
  let longest: S | null = null;
  for (const span of spans)
    if (!longest || span.end - span.start > longest.end - longest.start) longest = span;
  return longest;
}

/** Match length N of one suffix. */
export interface MatchLength {
  /** Tokens reproduced before the first miss; NaN if the first token of the suffix is unscored. */
  readonly length: number;
  /** True if no miss was seen, so that N is only known to be at least `length`. */
  readonly censored: boolean;
}

/**
 * Match length of a suffix: N = min {t : C[t] = 0} - 1, counted from the suffix's first token. O(1).
 *
 * A suffix that is right to its end is censored at its length L; so is one that is right up to a token without
 * a score. An empty suffix gives 0, censored, and belongs in no average.
 *
 * @param runs `[n]` from {@link greedyRuns} of `correct`.
 */
export function matchLength(correct: Int8Array, runs: Uint32Array, { start, end }: Span): MatchLength {
  if (start < end && correct[start] === UNSCORED) return { length: NaN, censored: true };
  const length = Math.min(runs[start] ?? 0, end - start);
  const stop = start + length;
  return { length, censored: stop === end || correct[stop] === UNSCORED };
}

/** What greedy decoding of a prefix does with the suffix that follows it. */
export type SuffixVerdict =
  | { readonly kind: 'recited'; readonly length: number }
  | { readonly kind: 'diverges'; readonly length: number; readonly at: number }
  | { readonly kind: 'undefined' };

/**
 * Greedy verdict for a split of the text: is the suffix discoverably extracted from the tokens before it? O(1),
 * so that it can follow a dragged split.
 *
 * `undefined` where the suffix is empty or holds an unscored token before its first miss.
 *
 * @param runs `[n]` from {@link greedyRuns} of `correct`.
 */
export function suffixVerdict(correct: Int8Array, runs: Uint32Array, suffix: Span): SuffixVerdict {
  const { length, censored } = matchLength(correct, runs, suffix);
  if (!censored) return { kind: 'diverges', length, at: suffix.start + length };
  if (length > 0 && suffix.start + length === suffix.end) return { kind: 'recited', length };
  return { kind: 'undefined' };
}

const tally = (correct: Int8Array, flag: number): number =>
  correct.reduce((count, value) => count + Number(value === flag), 0);

/**
 * Hint count: tokens an oracle would have to correct for greedy decoding to reproduce the whole text.
 *
 * @returns number of wrong tokens; unscored ones do not count.
 */
export const hintCount = (correct: Int8Array): number => tally(correct, WRONG);

/**
 * Teacher-forced accuracy: mean C over the scored tokens; NaN if there are none. The per-token accuracy inside
 * counterfactual memorization (Zhang et al. 2021, arXiv 2112.12938, section 2).
 */
export function teacherForcedAccuracy(correct: Int8Array): number {
  const right = tally(correct, CORRECT);
  return right / (right + tally(correct, WRONG));
}

/**
 * l-gram greedy rate: the share of the windows of `length` scored tokens in which every token is right, each
 * with its full left context. O(n). Liu, Evans and Xiong 2026 (arXiv 2604.18697), algorithm 3.
 *
 * @returns NaN if no window of that length is scored throughout.
 * @throws {RangeError} if `length` is not a positive integer.
 */
export function greedyRate(correct: Int8Array, length: number): number {
  if (!Number.isInteger(length) || length < 1) throw new RangeError(`window length ${length}`);
  let scored = 0;
  let right = 0;
  let windows = 0;
  let hits = 0;
  for (const flag of correct) {
    scored = flag === UNSCORED ? 0 : scored + 1;
    right = flag === CORRECT ? right + 1 : 0;
    windows += Number(scored >= length);
    hits += Number(right >= length);
  }
  return hits / windows;
}
