/** What the Hill plot says in words, and its numbers as a table. */
import type { BootstrapResult } from '../../core/statistics/bootstrap.ts';
import type { TailPoint } from '../../core/statistics/tailIndex.ts';
import { formatCount, formatNumber } from '../../ui/format.ts';
import type { PanelTable } from './panelFile.ts';

/** A point with the ends of its interval; NaN where it has none. */
export interface BoundedTailPoint extends TailPoint {
  readonly low: number;
  readonly high: number;
}

/** @param intervals of `points`, in their order; null until they are there. */
export const boundedPoints = (
  points: readonly TailPoint[],
  intervals: readonly (BootstrapResult | null)[] | null,
): BoundedTailPoint[] =>
  points.map((point, place) => {
    const interval = intervals?.[place] ?? null;
    return interval === null || 'refused' in interval
      ? { ...point, low: NaN, high: NaN }
      : { ...point, low: interval.low, high: interval.high };
  });

/** Could one exponent be the tail's at every threshold? Only points with an interval are asked. */
export function tailText(points: readonly BoundedTailPoint[]): string[] {
  const sure = points.filter(({ low }) => !Number.isNaN(low));
  if (sure.length < 2)
    return [
      'Too few long matches are exact to tell whether the tail is a power law: no interval can be given.',
    ];
  const [low, high] = [
    Math.max(...sure.map((point) => point.low)),
    Math.min(...sure.map((point) => point.high)),
  ];
  const alphas = sure.map(({ alpha }) => alpha);
  const range = `from ${formatNumber(Math.min(...alphas), 2)} to ${formatNumber(Math.max(...alphas), 2)}`;
  const ks = `k = ${formatCount(sure[0]?.k ?? NaN)} to ${formatCount(sure.at(-1)?.k ?? NaN)}`;
  return low <= high
    ? [
        `One exponent between ${formatNumber(low, 2)} and ${formatNumber(high, 2)} lies within every interval (${ks}): these data do not speak against a power-law tail, nor do they prove one.`,
      ]
    : [
        `No single exponent lies within all intervals (α goes ${range} over ${ks}): the matches have no power-law tail, and a number from one k would be a choice, not a finding.`,
      ];
}

/** Every threshold. */
export const tailTable = (points: readonly BoundedTailPoint[]): PanelTable => ({
  header: ['threshold u (tokens)', 'k', 'exact', 'censored', 'alpha', 'low 95%', 'high 95%'],
  rows: points.map(({ threshold, k, exact, alpha, low, high }) => [
    threshold,
    k,
    exact,
    k - exact,
    alpha,
    low,
    high,
  ]),
});
