/** Samples that cannot be scored: found when they are cut, not when they are read. */
import type { StoredReason, StoredSample } from '../../engine/sampleStore.ts';
import { counted, formatCount } from '../../ui/format.ts';
import type { Problem, Sample } from './dataSet.ts';
import type { PanelRun } from './panelFile.ts';

export interface Unscorable extends Problem {
  /** Place of the sample in its data set; -1 for one of a saved file that is not in it. */
  readonly index: number;
}

/** Characters of a sample that are shown beside the reason. */
const EXCERPT = 80;

export const unscorableOf = (
  { source, line, text }: Pick<Sample, 'source' | 'line' | 'text'>,
  index: number,
  reason: string,
): Unscorable => ({ index, source, line, reason, excerpt: text.slice(0, EXCERPT) });

/** Those of a stored run. */
export const unscorableOfRun = (
  samples: readonly Sample[],
  stored: readonly StoredReason[] = [],
): Unscorable[] =>
  stored.flatMap(({ index, reason }) => {
    const sample = samples[index];
    return sample ? [unscorableOf(sample, index, reason)] : [];
  });

/** Those of a saved analysis, which lists them in the samples’ order by file and line. O(samples). */
export function unscorableOfFile(
  samples: readonly Sample[],
  results: readonly (StoredSample | null)[],
  problems: readonly Problem[],
): Unscorable[] {
  let next = 0;
  return problems.map((problem) => {
    const isIt = (place: number): boolean =>
      results[place] == null &&
      samples[place]?.source === problem.source &&
      samples[place].line === problem.line;
    let place = next;
    while (place < samples.length && !isIt(place)) place++;
    if (place === samples.length) return { ...problem, index: -1 };
    next = place + 1;
    return { ...problem, index: place };
  });
}

/** What was left out, in words: rows that gave no sample, and samples without a score; '' if nothing was. */
export function leftOutText(rows: number, unscorable: number, total: number): string {
  return [
    rows > 0 ? `${counted(rows, 'row')} of the input gave no sample.` : '',
    unscorable > 0 ? `${formatCount(unscorable)} of ${counted(total, 'sample')} cannot be scored.` : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** The same of a run. */
export const leftOutOf = (run: Pick<PanelRun, 'dataSet' | 'unscorable' | 'total'>): string =>
  leftOutText(run.dataSet?.problems.length ?? 0, run.unscorable.length, run.total);
