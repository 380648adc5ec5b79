/** What the match lengths say in words. */
import type { MatchLengthAnalysis } from '../../core/analyses/matchLengths.ts';
import { betaGeometricSurvival, geometricSurvival } from '../../core/statistics/parametric.ts';
import { counted, formatCount, formatNumber } from '../../ui/format.ts';
import { FEW_SAMPLES } from './dependenceText.ts';
import { formatP } from './panelText.ts';

/** From this correlation on the fitted samples miss at once or never. */
const ON_BOUNDARY = 0.995;

/** Does one chance p for all samples explain the lengths? */
export function matchLengthVerdict({ summary, ratio, betaGeometric }: MatchLengthAnalysis): string {
  if (Number.isNaN(ratio.lr)) return 'Too little varies here to compare the two models.';
  if (summary.samples < FEW_SAMPLES)
    return `${counted(summary.samples, 'sample')} ${summary.samples === 1 ? 'is' : 'are'} too few to compare the two models; from ${FEW_SAMPLES} on it is said which fits.`;
  if (betaGeometric.rho > ON_BOUNDARY)
    return 'Samples miss at once or never: the beta-geometric fit lies on its boundary, and its numbers say no more than that.';
  return ratio.p < 0.05
    ? `Samples differ: one chance p for all of them does not explain these lengths (${formatP(ratio.p)}). A p of each sample’s own does better; two tokens of one sample agree with a correlation of ${formatNumber(betaGeometric.rho, 2)}.`
    : `One chance p for all samples and tokens explains these lengths (${formatP(ratio.p)} against samples that differ).`;
}

/** The samples at one N and what the fits expect there; of the suffixes' end only where some end. */
export function matchLengthTip(analysis: MatchLengthAnalysis, n: number): string[] {
  const { missed, censored, ends, expectedGeometric, expectedBetaGeometric, geometric, betaGeometric } =
    analysis;
  const ending = ends[n] ?? 0;
  const misses = (expected: Float64Array): string => formatNumber(expected[n] ?? NaN, 1);
  const toEnd = (survival: number): string => formatNumber(ending * survival, 1);
  return [
    `N = ${counted(n, 'token')}`,
    `${formatCount(missed[n] ?? 0)} missed; misses expected:`,
    `${misses(expectedGeometric)} geometric`,
    `${misses(expectedBetaGeometric)} beta-geometric`,
    ...(ending === 0
      ? []
      : [
          `${formatCount(censored[n] ?? 0)} to the end; expected:`,
          `${toEnd(geometricSurvival(geometric.p, n))} geometric`,
          `${toEnd(betaGeometricSurvival(betaGeometric.a, betaGeometric.b, n))} beta-geometric`,
        ]),
  ];
}
