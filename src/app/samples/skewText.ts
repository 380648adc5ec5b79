/** The names of the statistics of skew, with how many samples a top share is of. */
import { TOP_SHARES, type SkewStatistic } from '../../core/analyses/skew.ts';
import { topCount } from '../../core/statistics/skewness.ts';
import { counted, formatCount, formatNumber, UNDEFINED } from '../../ui/format.ts';

const NAMES: Readonly<Record<SkewStatistic, { label: string; hint: string }>> = {
  gini: { label: 'Gini', hint: '0 all alike, 1 one holds all' },
  theil: { label: 'Theil T, nats', hint: 'at most ln n' },
  top1: { label: 'Top 1% hold', hint: '' },
  top5: { label: 'Top 5% hold', hint: '' },
  top10: { label: 'Top 10% hold', hint: '' },
  skewness: { label: 'Skewness G1', hint: 'geometric: above 2, without a cap' },
  medcouple: { label: 'Medcouple', hint: '−1 to 1, deaf to outliers' },
  mean: { label: 'Mean N, tokens', hint: 'too low: censored N as they are' },
};

export const isTopShare = (name: SkewStatistic): boolean => TOP_SHARES[name] !== undefined;

/** Label and hint of a statistic of so many samples: a top share is rounded up to whole samples, which it says. */
export function skewName(name: SkewStatistic, samples: number): { label: string; hint: string } {
  const share = TOP_SHARES[name];
  if (share === undefined) return NAMES[name];
  const top = topCount(samples, share);
  const hint =
    share * samples < 1 - 1e-9
      ? `${formatNumber(100 * share, 0)}% of ${counted(samples, 'sample')} is less than one`
      : `${formatCount(top)} of ${counted(samples, 'sample')}; share of all matched tokens`;
  return { label: NAMES[name].label, hint };
}

/** The top of the Lorenz curve from a place on, in whole samples. */
export function topText(samples: number, share: number): string {
  const top = samples - Math.round(share * samples);
  return `top ${formatCount(top)} of ${counted(samples, 'sample')} (${formatNumber((100 * top) / samples, 1)}%)`;
}

/** Of how many samples the top shares are. */
export function topFacts(samples: number): string {
  const counts = Object.values(TOP_SHARES).map((share) =>
    share * samples < 1 - 1e-9 ? UNDEFINED : formatCount(topCount(samples, share)),
  );
  const shares = Object.values(TOP_SHARES).map((share) => `${formatNumber(100 * share, 0)}%`);
  return `Top ${shares.join(', ')}: ${counts.join(', ')} of ${counted(samples, 'sample')}, rounded up.`;
}
