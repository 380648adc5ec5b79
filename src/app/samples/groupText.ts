/** What the comparison of groups says in words, and its numbers as a table. */
import type { Cell } from '../../core/csv.ts';
import {
  SMALLEST_GROUP,
  type GroupEstimates,
  type GroupSummary,
  type GroupTest,
  type GroupTestName,
  type GroupTests,
  type PairEffect,
  type PairTest,
} from '../../core/analyses/groups.ts';
import type { SurvivalQuantile } from '../../core/statistics/survivalQuantile.ts';
import { benjaminiHochberg, holm } from '../../core/statistics/multiplicity.ts';
import { counted, formatCount, formatNumber, formatProbability } from '../../ui/format.ts';
import { startOf } from './excerpt.ts';
import type { PanelTable } from './panelFile.ts';
import { formatP } from './panelText.ts';

/** How p values of one family are adjusted for their number. */
export const ADJUSTMENTS = {
  holm: { label: 'Holm', keeps: 'chance of any false finding', adjust: holm },
  bh: {
    label: 'Benjamini-Hochberg',
    keeps: 'share of false ones among the findings',
    adjust: benjaminiHochberg,
  },
} as const;
export type Adjustment = keyof typeof ADJUSTMENTS;

export const TEST_NAMES: Readonly<Record<GroupTestName, { label: string; statistic: string; asks: string }>> =
  {
    'mann-whitney': {
      label: 'Mann-Whitney',
      statistic: 'U',
      asks: 'does one group tend to have the longer N?',
    },
    permutation: { label: 'Permutation', statistic: 'difference of means', asks: 'do the mean N differ?' },
    'kolmogorov-smirnov': {
      label: 'Kolmogorov-Smirnov',
      statistic: 'D',
      asks: 'do the distributions of N differ anywhere?',
    },
    'kruskal-wallis': { label: 'Kruskal-Wallis', statistic: 'H', asks: 'do the ranks of N differ at all?' },
    'log-rank': {
      label: 'Log-rank',
      statistic: 'χ²',
      asks: 'do the chances of a miss differ, whatever the suffix lengths?',
    },
  };

export const groupName = (name: string): string => name || '(none)';

/** How large a Cliff's delta is (Romano et al. 2006). */
export function sizeOfDelta(delta: number): string {
  const size = Math.abs(delta);
  if (size < 0.147) return 'negligible';
  if (size < 0.33) return 'small';
  return size < 0.474 ? 'medium' : 'large';
}

const NOTHING: SurvivalQuantile = { value: NaN, low: NaN, high: NaN, atLeast: NaN };

/** A median alone: where too many samples are censored to reach it, what it is at least. */
export const medianValue = ({ value, atLeast }: SurvivalQuantile): string =>
  Number.isNaN(value) && !Number.isNaN(atLeast) ? `≥ ${formatCount(atLeast)}` : formatNumber(value, 0);

/** A median with its interval. */
export function medianText(quantile: SurvivalQuantile = NOTHING): string {
  const { value, low, high } = quantile;
  if (Number.isNaN(value))
    return Number.isNaN(quantile.atLeast)
      ? 'n/a'
      : `${medianValue(quantile)}, not reached${Number.isNaN(low) ? '' : ` (from ${formatNumber(low, 0)})`}`;
  const upper = Number.isNaN(high) ? 'the end or beyond' : formatNumber(high, 0);
  return `${formatNumber(value, 0)} (${formatNumber(low, 0)} to ${upper})`;
}

/** Why nothing is compared; null if something is. */
export function noComparison({ groups, isConstant, tooSmall }: GroupEstimates): string | null {
  const small =
    tooSmall.length === 0
      ? ''
      : ` ${counted(tooSmall.length, 'group')} with fewer than ${SMALLEST_GROUP} samples ${tooSmall.length === 1 ? 'is' : 'are'} left out.`;
  if (groups.length < 2)
    return `Not defined: a comparison needs two groups of ${SMALLEST_GROUP} scored samples, and there ${groups.length === 1 ? 'is one' : 'is none'}.${small}`;
  if (isConstant)
    return `Not defined: all ${formatCount(groups.reduce((sum, { summary }) => sum + summary.samples, 0))} samples have the same N, so no two groups can differ.${small}`;
  return null;
}

export const nameOfPrimary = ({ primary }: GroupEstimates): string =>
  primary === 'log-rank' ? 'log-rank' : 'Mann-Whitney';

/** How each p value comes about. */
export const METHODS: Readonly<Record<GroupTest['method'], string>> = {
  exact: 'exact',
  permutation: 'by permutation',
  normal: 'normal approximation',
  asymptotic: 'large-sample limit',
};

/** p values adjusted for their number. */
interface Adjusted {
  readonly by: Adjustment;
  /** Of the tests: a family of two groups only, of more they are shown as they are. */
  readonly tests: readonly number[];
  readonly pairs: readonly number[];
}

/** How far two groups are apart, the longer one first. */
function effectText(groups: GroupEstimates['groups'], pair: PairEffect): string {
  const isUp = pair.delta >= 0;
  const [longer, shorter] = isUp ? [pair.second, pair.first] : [pair.first, pair.second];
  const nameOf = (place: number): string => groupName(groups[place]?.name ?? '');
  return `A random sample of “${nameOf(longer)}” has the longer match than one of “${nameOf(shorter)}” in ${formatProbability(isUp ? pair.superiority : 1 - pair.superiority)} of the pairs (ties count half; Cliff’s δ = ${formatNumber(Math.abs(pair.delta), 2)}, ${sizeOfDelta(pair.delta)}).`;
}

/** The verdict, from the same p as the tables show. */
export function groupVerdict(
  { groups, effects, primary }: GroupEstimates,
  { tests, pairs }: GroupTests,
  adjusted: Adjusted,
): string[] {
  const place = tests.findIndex(({ name }) =>
    name === 'log-rank' ? primary === 'log-rank' : primary !== 'log-rank',
  );
  const overall = tests[place];
  const [widest] = [...effects].sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta));
  if (!overall || !widest) return [];
  const isFamily = groups.length === 2;
  const p = isFamily ? (adjusted.tests[place] ?? NaN) : overall.p;
  const family = isFamily ? `, ${ADJUSTMENTS[adjusted.by].label} over ${counted(tests.length, 'test')}` : '';
  const name = overall.name === 'log-rank' ? 'log-rank' : TEST_NAMES[overall.name].label;
  const label = `${name}, ${METHODS[overall.method]}, ${formatP(p)}${family}`;
  const found = adjusted.pairs.filter((pair) => pair < 0.05).length;
  const effect = effectText(groups, widest);
  if (groups.length === 2)
    return [
      p < 0.05 ? `The two groups differ (${label}).` : `The two groups could be alike (${label}).`,
      effect,
    ];
  return [
    p < 0.05
      ? `The groups differ (${label}): ${found === 0 ? 'none' : formatCount(found)} of ${counted(pairs.length, 'pair')} after adjustment.`
      : `The groups could be alike (${label}).`,
    `The widest gap: ${effect.charAt(0).toLowerCase()}${effect.slice(1)}`,
  ];
}

/** One group at one N, in the tip. */
export function groupTip({ name, counts, censored, summary }: GroupSummary, n: number): string {
  const open = censored[n] ?? 0;
  const toEnd = open > 0 ? `, ${formatCount(open)} to the end` : '';
  return `${startOf(groupName(name), 14)}: ${formatCount(counts[n] ?? 0)} of ${formatCount(summary.samples)}${toEnd}`;
}

const pairCells = (pair: PairTest | undefined, adjustedP: number | undefined): Cell[] =>
  pair ? [pair.p, adjustedP ?? NaN, pair.rankP, pair.logRankP] : [null, null, null, null];

const HEADER = [
  'comparison',
  'test',
  'statistic',
  'p',
  'adjusted p',
  'p Mann-Whitney',
  'p log-rank',
  'P(second > first)',
  "Cliff's delta",
  'Hodges-Lehmann shift (tokens)',
  'low 95%',
  'high 95%',
] as const;

/** Every test and pair, then every group. @param done null until the tests are there: then all p are left empty. */
export function groupTable(
  analysis: GroupEstimates,
  done: GroupTests | null,
  adjusted: Pick<Adjusted, 'tests' | 'pairs'>,
): PanelTable {
  const { groups, effects } = analysis;
  const nameOf = (place: number): string => groupName(groups[place]?.name ?? '');
  const blank = (count: number): Cell[] => Array<Cell>(count).fill(null);
  const every = groups.map(({ name }) => groupName(name)).join(' | ');
  return {
    header: HEADER,
    rows: [
      ...(done?.tests ?? []).map(({ name, statistic, p, method }, place) => [
        every,
        `${TEST_NAMES[name].label} (${method})`,
        statistic,
        p,
        adjusted.tests[place] ?? NaN,
        ...blank(7),
      ]),
      ...effects.map(({ first, second, superiority, delta, shift }, place) => [
        `${nameOf(first)} | ${nameOf(second)}`,
        nameOfPrimary(analysis),
        null,
        ...pairCells(done?.pairs[place], adjusted.pairs[place]),
        superiority,
        delta,
        shift.estimate,
        shift.low,
        shift.high,
      ]),
      ...groups.map(({ name, summary, quantiles }) => [
        groupName(name),
        `median N of ${counted(summary.samples, 'sample')}, ${summary.censored} censored`,
        quantiles[2]?.value ?? NaN,
        ...blank(7),
        quantiles[2]?.low ?? NaN,
        quantiles[2]?.high ?? NaN,
      ]),
    ],
  };
}
