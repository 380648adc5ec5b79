/** What the match lengths say in words. */
import type { MatchLengthAnalysis } from '../../core/analyses/matchLengths.ts';
import { counted, formatNumber } from '../../ui/format.ts';
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
