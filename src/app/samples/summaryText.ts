import type { MatchSummary } from '../../core/statistics/matchLength.ts';
import { formatCount } from '../../ui/format.ts';

/** What a run found, in one sentence; null without samples. @param adapterId null for the base model. */
export function summarySentence(
  { samples, zeros, censored }: MatchSummary,
  adapterId: string | null,
): string | null {
  const who = adapterId === null ? 'The base model' : 'The fine-tuned model';
  if (samples === 0) return null;
  if (zeros === samples)
    return `${who} reproduces nothing: of ${formatCount(samples)} suffixes, not one begins with its first choice.`;
  return `${who} recites ${formatCount(censored)} of ${formatCount(samples)} suffixes to their end, and not a token of ${formatCount(zeros)}.`;
}
