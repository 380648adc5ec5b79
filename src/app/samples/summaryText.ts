import type { MatchSummary } from '../../core/statistics/matchLength.ts';
import { counted, formatCount } from '../../ui/format.ts';

/** How far a run has come. */
interface Progress {
  readonly scored: number;
  readonly total: number;
  /** True if every sample that can be scored is. */
  readonly isComplete: boolean;
}

/** That the numbers are of a part of the samples; '' once they are of all. */
export const soFarText = ({ scored, total, isComplete }: Progress): string =>
  scored > 0 && !isComplete ? `So far, ${formatCount(scored)} of ${counted(total, 'sample')}.` : '';

/** What a single suffix has come to. */
function singleText(zeros: number, censored: number): string {
  if (censored > 0) return 'recites the one suffix to its end';
  return zeros > 0
    ? 'reproduces nothing: the one suffix does not begin with its first choice'
    : 'recites the one suffix in part';
}

function manyText({ samples, zeros, censored }: MatchSummary): string {
  const all = formatCount(samples);
  if (zeros === samples)
    return `reproduces nothing: of ${all} suffixes, not one begins with its first choice`;
  if (censored === samples) return `recites all ${all} suffixes to their end`;
  const recited = censored === 0 ? 'none' : formatCount(censored);
  const rest = zeros === 0 ? 'at least a token of each' : `not a token of ${formatCount(zeros)}`;
  return `recites ${recited} of ${all} suffixes to ${censored > 1 ? 'their' : 'its'} end, and ${rest}`;
}

/**
 * What a run found, in one sentence; null without samples.
 *
 * @param adapterId null for the base model.
 * @param isPartial true while not all samples are scored.
 */
export function summarySentence(
  summary: MatchSummary,
  adapterId: string | null,
  isPartial = false,
): string | null {
  const { samples, zeros, censored } = summary;
  if (samples === 0) return null;
  const who = adapterId === null ? 'base model' : 'fine-tuned model';
  const found = samples === 1 ? singleText(zeros, censored) : manyText(summary);
  return `${isPartial ? 'So far, the' : 'The'} ${who} ${found}.`;
}
