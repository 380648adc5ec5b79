/** What cutting did to the samples, over all of them. */
import type { SampleCut } from '../../engine/sampleStore.ts';
import { counted } from '../../ui/format.ts';

export interface CutTotals {
  /** Samples whose cut is known. */
  readonly cut: number;
  /** Samples whose cut was moved to the boundary of a token. */
  readonly moved: number;
  /** Samples whose prefix lost its beginning to the context, and the tokens lost. */
  readonly shortened: number;
  readonly leftOut: number;
  /** Samples whose suffix lost its end. */
  readonly shortenedBehind: number;
}

/** Counts over the samples that are cut. O(samples). */
export function cutTotals(cuts: Iterable<SampleCut | null | undefined>): CutTotals {
  const totals = { cut: 0, moved: 0, shortened: 0, leftOut: 0, shortenedBehind: 0 };
  for (const cut of cuts) {
    if (!cut) continue;
    totals.cut++;
    totals.moved += Number(cut.isMoved);
    totals.shortened += Number(cut.leftOut > 0);
    totals.leftOut += cut.leftOut;
    totals.shortenedBehind += Number(cut.leftOutBehind > 0);
  }
  return totals;
}

/** What is worth saying of them, one sentence each; none if every cut went as wanted. */
export function cutSentences({ moved, shortened, leftOut, shortenedBehind }: CutTotals): string[] {
  return [
    moved > 0
      ? `In ${counted(moved, 'sample')} a token straddles the place where prefix and suffix meet: the cut stands before that token (⇤).`
      : null,
    shortened > 0
      ? `${counted(shortened, 'sample')} did not fit into the model’s context: the suffix and the nearest part of the prefix are kept, ${counted(leftOut, 'prefix token')} left out (✂).`
      : null,
    shortenedBehind > 0
      ? `${counted(shortenedBehind, 'sample')} lost the end of a suffix too long for it (✂).`
      : null,
  ].filter((sentence) => sentence !== null);
}
