/**
 * Screening: N is decided at the first miss, so a suffix is read in growing chunks and a sample that has missed is
 * read no further. N, the maximum, the tail and the survival curve are those of a full scan; what needs the tokens
 * behind the miss is not known. Every chunk is read behind its whole prefix again, for the engine keeps no state
 * between passes: this is what the sizes of the chunks weigh.
 */
import { correctness, greedyRuns, UNSCORED } from './extraction.ts';
import type { ScoredSample } from './sampleScores.ts';
import { isFragile, type TokenRecords } from './tokenRecords.ts';

/** All scores of every token, or the match length alone. */
export type ScoreMode = 'full' | 'screening';

/** Suffix tokens of the first chunk: chance matches end within it, texts known by heart do not. */
export const FIRST_CHUNK = 8;

/** A chunk that ends so near the suffix's end costs more than it can save. */
const LEAST_GROWTH = 1.25;

/**
 * Where the chunks of a suffix end, in tokens of the suffix; the last one is its length. What is read at a time,
 * prefix and suffix together, grows by one factor of 2 at least (of less in the only step of a short suffix), so a
 * sample that never misses costs at most twice its tokens, however long it is.
 *
 * @param prefix tokens of the prefix, which every chunk reads again.
 * @param length tokens L of the suffix.
 */
export function chunkEnds(prefix: number, length: number): number[] {
  const first = prefix + FIRST_CHUNK;
  const whole = prefix + length;
  if (whole < first * LEAST_GROWTH) return [length];
  const steps = Math.max(1, Math.floor(Math.log2(whole / first)));
  const growth = (whole / first) ** (1 / steps);
  const ends = Array.from({ length: steps }, (_, step) => Math.round(first * growth ** step) - prefix);
  return [...ends, length];
}

/** The sizes of a sample and its match length: what decides how much of it is read. */
export type ScreenedLengths = Pick<ScoredSample, 'matchLength' | 'prefixTokens' | 'suffixTokens'>;

/** Tokens that screening reads of one sample: all chunks up to the one that holds the miss, each with its prefix. */
export function screenedTokens({ matchLength, prefixTokens, suffixTokens }: ScreenedLengths): number {
  let tokens = 0;
  for (const end of chunkEnds(prefixTokens, suffixTokens)) {
    tokens += prefixTokens + end;
    if (!(matchLength >= end)) break;
  }
  return tokens;
}

/** What screening cost, against reading every token of the same samples. */
export interface ScreeningCost {
  readonly samples: number;
  /** Tokens that were read. */
  readonly read: number;
  /** Tokens that a full run reads, in all its passes. */
  readonly full: number;
  /** read / full; NaN without samples. */
  readonly share: number;
}

/** @param passes of a full run: 2 if it scores the base beside an adapter, else 1. O(samples). */
export function screeningCost(samples: Iterable<ScreenedLengths | null>, passes: number): ScreeningCost {
  let count = 0;
  let read = 0;
  let full = 0;
  for (const sample of samples) {
    if (!sample) continue;
    count++;
    read += screenedTokens(sample);
    full += passes * (sample.prefixTokens + sample.suffixTokens);
  }
  return { samples: count, read, full, share: read / full };
}

/** How far a chunk goes on from where the one before it ended. */
export interface ChunkMatch {
  /** Tokens from its beginning that are the model's first choice. */
  readonly length: number;
  /** True if rounding could change that. */
  readonly fragile: boolean;
  /** True if a token without a score came before any miss: then N is not known. */
  readonly isFailed: boolean;
}

/** Reads the records of one chunk, all of them tokens of the suffix. O(tokens). */
export function chunkMatch(records: TokenRecords): ChunkMatch {
  const flags = correctness(records);
  const length = greedyRuns(flags)[0] ?? 0;
  let fragile = false;
  for (let token = 0; token <= Math.min(length, records.length - 1); token++)
    fragile ||= isFragile(records, token);
  return { length, fragile, isFailed: flags[length] === UNSCORED };
}

/** What is known of a screened sample. */
export interface Screened extends ScreenedLengths {
  readonly fragile: boolean;
}

/** A screened sample as one that is scored: NaN where a number needs the tokens that were not read. */
export const screenedSample = ({
  matchLength,
  prefixTokens,
  suffixTokens,
  fragile,
}: Screened): ScoredSample => ({
  matchLength,
  suffixTokens,
  prefixTokens,
  censored: matchLength === suffixTokens || Number.isNaN(matchLength),
  fragile,
  logPz: NaN,
  expectedLength: NaN,
  meanLogprob: NaN,
  accuracy: NaN,
  baseMatchLength: NaN,
  baseLogPz: NaN,
  loss: NaN,
  zlib: NaN,
  minK: NaN,
  minKPlusPlus: NaN,
  gapK: NaN,
  surp: NaN,
  reference: NaN,
  correct: new Uint8Array(0),
  logprobs: new Float32Array(0),
});
