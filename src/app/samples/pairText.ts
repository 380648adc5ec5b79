/** What the comparison of two runs says in words, and its numbers as a table. */
import type { Cell } from '../../core/csv.ts';
import type { Groups } from '../../core/analyses/decomposition.ts';
import type { PairedAnalysis } from '../../core/analyses/paired.ts';
import { counted, formatCount, formatDifference, formatNumber } from '../../ui/format.ts';
import { groupName } from './groupText.ts';
import type { PanelTable } from './panelFile.ts';
import { formatP } from './panelText.ts';

/** A correlation that is only nearly 1 does not read as 1. */
function formatCorrelation(value: number): string {
  const isNearly = Math.abs(value) < 1 && Math.abs(value) >= 0.995;
  return isNearly ? (value > 0 ? 'above 0.99' : 'below −0.99') : formatNumber(value, 2);
}

export function pairVerdict(analysis: PairedAnalysis, other: string, self: string): string[] {
  const { pairs, increases, decreases, equal, test, shift } = analysis;
  if (pairs === 0) return ['Not defined: no sample has an N in both runs.'];
  const name = `Wilcoxon signed-rank, ${test.method}`;
  if (test.n === 0)
    return [
      `Identical: N is the same for ${pairs === 1 ? 'the one sample' : `all ${formatCount(pairs)} samples`} in both runs (p = 1).`,
    ];
  const counts = `N is longer under ${self} for ${formatCount(increases)} of ${counted(pairs, 'sample')}, shorter for ${formatCount(decreases)} and the same for ${formatCount(equal)}`;
  const isFound = test.p < 0.05;
  const opening = isFound
    ? `The two runs differ (${name}, ${formatP(test.p)}): ${counts}.`
    : `The two runs could be alike (${name}, ${formatP(test.p)}): ${counts}.`;
  const interval = Number.isNaN(shift.low)
    ? ''
    : ` (95% ${formatNumber(shift.low, 1)} to ${formatNumber(shift.high, 1)})`;
  const size = `The shift over ${other} is ${formatDifference(shift.estimate, 1)} tokens${interval} by Hodges and Lehmann; among the pairs that differ the matched rank-biserial correlation is ${formatCorrelation(test.rankBiserial)} (1: every difference is an increase).`;
  return [opening, size, ...censoringText(analysis)];
}

/** The column that says how often a text was in the training. */
export const COPIES = 'copies';

/**
 * In how many pairs of each group N is longer; null with less than two groups.
 *
 * @param groups of the same samples as the differences.
 */
export function splitText(
  { differences }: PairedAnalysis,
  column: string,
  { names, of }: Groups,
  self: string,
): string | null {
  if (of.length !== differences.length) return null;
  const [pairs, longer] = [new Uint32Array(names.length), new Uint32Array(names.length)];
  differences.forEach((difference, sample) => {
    const group = of[sample] ?? -1;
    if (group < 0 || Number.isNaN(difference)) return;
    pairs[group] = (pairs[group] ?? 0) + 1;
    if (difference > 0) longer[group] = (longer[group] ?? 0) + 1;
  });
  const parts = names.flatMap((name, group) =>
    (pairs[group] ?? 0) > 0
      ? [`${groupName(name)}: ${formatCount(longer[group] ?? 0)} of ${formatCount(pairs[group] ?? 0)}`]
      : [],
  );
  if (parts.length < 2) return null;
  const held = column === COPIES ? names.indexOf('0') : -1;
  const untrained =
    (longer[held] ?? 0) > 0
      ? ' A text with 0 copies was never trained on: a longer match of it is not recall, but what texts like it taught.'
      : '';
  return `N is longer under ${self}, by ${column}: ${parts.join(', ')}.${untrained}`;
}

function censoringText({ censoredBefore, censoredAfter, censoredBoth }: PairedAnalysis): string[] {
  const half = censoredBefore + censoredAfter;
  if (half + censoredBoth === 0) return [];
  const both =
    censoredBoth > 0
      ? ` ${formatCount(censoredBoth)} ${censoredBoth === 1 ? 'is' : 'are'} recited to the end in both: a difference there counts as 0 and is not known.`
      : '';
  return [
    `${formatCount(half)} ${half === 1 ? 'pair is' : 'pairs are'} recited to the suffix’s end in one run: the true difference is larger than what is counted.${both}`,
  ];
}

/** The numbers, then how often each difference was seen. */
export function pairTable(analysis: PairedAnalysis): PanelTable {
  const { test, shift, counts, lowest } = analysis;
  const numbers: [string, Cell][] = [
    ['pairs', analysis.pairs],
    ['increases', analysis.increases],
    ['decreases', analysis.decreases],
    ['equal', analysis.equal],
    ['mean N of the other run (tokens)', analysis.meanBefore],
    ['mean N of this run (tokens)', analysis.meanAfter],
    ['median difference (tokens)', analysis.medianDifference],
    ['W+', test.wPlus],
    ['W-', test.wMinus],
    [`p, Wilcoxon signed-rank (${test.method})`, test.p],
    ['p, with zeros by Pratt (normal)', test.prattP],
    ['p, sign test (exact)', analysis.signP],
    ['matched rank-biserial correlation', test.rankBiserial],
    ['Hodges-Lehmann shift (tokens)', shift.estimate],
    ['low 95%', shift.low],
    ['high 95%', shift.high],
    ['censored in the other run only', analysis.censoredBefore],
    ['censored in this run only', analysis.censoredAfter],
    ['censored in both', analysis.censoredBoth],
  ];
  return {
    header: ['what', 'value'],
    rows: [
      ...numbers,
      ...Array.from(counts, (count, place): Cell[] => [
        `pairs with difference ${place + lowest}`,
        count,
      ]).filter(([, count]) => count !== 0),
    ],
  };
}
