/** What the decomposition says in words, and its numbers as a table. */
import type { Cell } from '../../core/csv.ts';
import type { Decomposition } from '../../core/analyses/decomposition.ts';
import type { RestrictedMean, SurvivalPoint } from '../../core/statistics/survival.ts';
import { formatNumber, formatProbability } from '../../ui/format.ts';
import type { PanelTable } from './panelFile.ts';
import { formatP } from './panelText.ts';

/** p_n from fewer samples than these is noise and is not drawn. */
export const FEW_AT_RISK = 10;

/** A restricted mean with its interval, where it has one. */
export const formatMean = ({ mean, low, high }: RestrictedMean): string =>
  `${formatNumber(mean, 1)}${Number.isNaN(low) ? '' : ` (${formatNumber(low, 1)} to ${formatNumber(high, 1)})`}`;

export function logRankText({ groups, logRank }: Decomposition): string {
  if (groups.length < 2) return '';
  return `Log-rank over ${groups.length} groups: χ² = ${formatNumber(logRank.chi2, 1)}, ${logRank.df} d.f., ${formatP(logRank.p)}.`;
}

/** True if the pooled p_n rises from its first tokens to its last ones that many samples reach. */
function isRising({ whole }: Decomposition): boolean {
  const reached = whole.points.filter(({ atRisk }) => atRisk >= FEW_AT_RISK);
  const part = Math.max(1, Math.floor(reached.length / 4));
  const pooled = (points: typeof reached): number => {
    const atRisk = points.reduce((sum, point) => sum + point.atRisk, 0);
    return 1 - points.reduce((sum, point) => sum + point.misses, 0) / atRisk;
  };
  return reached.length >= 4 && pooled(reached.slice(-part)) > pooled(reached.slice(0, part)) + 0.01;
}

/** Curves whose bands are drawn together. */
export const MOST_BANDS = 2;

/** Which intervals are on the figure. */
export const bandText = (curves: number): string =>
  `Bands: 95% intervals, drawn for up to ${MOST_BANDS} groups${curves > MOST_BANDS ? '; here for the one whose name is clicked' : ''}; all are in the CSV.`;

/** Where a curve ends on a logarithmic axis because it falls to 0 next; null if it does not. */
export function endBeforeZero(points: readonly SurvivalPoint[]): { n: number; survival: number } | null {
  const zero = points.findIndex(({ survival }) => survival === 0);
  // At n = 0 every curve is at 1.
  return zero < 0 ? null : { n: zero, survival: points[zero - 1]?.survival ?? 1 };
}

/** With no sample beyond its first token there is nothing to draw on a logarithmic axis. */
const hasCurve = ({ whole }: Decomposition): boolean => (whole.points[0]?.survival ?? 0) > 0;

function survivorship(analysis: Decomposition): string {
  if (!hasCurve(analysis))
    return `Every sample misses the first token of its suffix: P(N ≥ 1) is 0, and there is no curve to draw.`;
  return isRising(analysis) && analysis.rho > 0
    ? `The pooled pₙ rises with n. The dotted curve rises as well, though in that model no sample’s own chance ever changes: weak samples drop out early and the strong remain. As far as the two agree, the rise is survivorship, not text that becomes easier.`
    : `The dotted curve is what survivorship alone would do to pₙ: weak samples drop out early, the strong remain.`;
}

function groupSentence({ groups, logRank }: Decomposition): string | null {
  if (groups.length < 2 || Number.isNaN(logRank.p)) return null;
  return logRank.p < 0.05
    ? `The groups do not share one curve (log-rank ${formatP(logRank.p)}).`
    : `The groups could share one curve (log-rank ${formatP(logRank.p)}).`;
}

function spreadSentence({ variance, skewness }: Decomposition): string | null {
  if (Number.isNaN(variance.betweenShare)) return null;
  const skew = Number.isNaN(skewness.excess)
    ? ''
    : ` The skewness of N is ${formatNumber(skewness.observed, 2)}; one constant p, cut at the same suffix lengths, would give ${formatNumber(skewness.geometric, 2)}.`;
  return `Of the variance of a sampled match length, ${formatProbability(variance.betweenShare)} lies between the samples (the data) and the rest within them (the chance of generation).${skew}`;
}

/** The lessons, in order. */
export const decompositionText = (analysis: Decomposition): string[] =>
  [survivorship(analysis), groupSentence(analysis), spreadSentence(analysis)].filter((text) => text !== null);

/** Every point of every curve. */
export function decompositionTable({ whole, groups }: Decomposition): PanelTable {
  const curves = groups.length > 1 ? [whole, ...groups] : [whole];
  return {
    header: [
      'group',
      'n',
      'at risk',
      'misses',
      'p_n',
      'hazard',
      'P(N >= n)',
      'standard error',
      'low 95%',
      'high 95%',
    ],
    rows: curves.flatMap(({ name, points }) =>
      points.map(({ i, atRisk, misses, p, hazard, survival, se, low, high }): Cell[] => [
        name,
        i,
        atRisk,
        misses,
        p,
        hazard,
        survival,
        se,
        low,
        high,
      ]),
    ),
  };
}
