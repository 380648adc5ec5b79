/** What the dependence says in words, and its numbers as a table. */
import { CONDITIONAL_PERMUTATIONS, PERMUTATIONS, type Dependence } from '../../core/analyses/dependence.ts';
import type { Cell } from '../../core/csv.ts';
import type { LagPoint } from '../../core/statistics/dependence.ts';
import { counted, formatMagnitude, formatNumber, formatProbability } from '../../ui/format.ts';
import type { PanelTable } from './panelFile.ts';
import { formatDrawnP, formatP } from './panelText.ts';

/** Bits in a nat. */
export const BITS = 1 / Math.LN2;

/** Up to this share of the raw information what is left among samples of equal accuracy is little, sure or not. */
export const LITTLE = 0.1;

/** Fewer samples than these are not drawn: their tables of right and wrong are all chance. */
export const FEW_SAMPLES = 10;

const tested = (points: readonly LagPoint[]): number => points.filter(({ p }) => !Number.isNaN(p)).length;

/** p of the information of two tokens, and of what is left of it given accuracy: Holm over the distances. */
export const rawP = ({ p, lags }: Dependence): string => formatDrawnP(p, PERMUTATIONS, tested(lags));
export const givenP = ({ conditionalP, conditional }: Dependence): string =>
  formatDrawnP(conditionalP, CONDITIONAL_PERMUTATIONS, tested(conditional));

/** A ratio with two digits that count. */
const formatFactor = (factor: number): string =>
  factor < 10 ? formatNumber(factor, 1) : formatMagnitude(factor);

/** What the dots and their band are from. */
export const conditionalFacts = ({ samples, conditionalSamples }: Dependence): string =>
  `for the dots matrices that keep how many tokens of each sample and of each position are right (${CONDITIONAL_PERMUTATIONS}, by curveball trades), whose mean is taken off dots and band${conditionalSamples < samples ? `; dots and band from a random ${counted(conditionalSamples, 'sample')}` : ''}`;

export function dependenceText({ p, conditionalP, shareLeft, gain }: Dependence): string[] {
  const last = gain.findLast((value) => !Number.isNaN(value)) ?? NaN;
  const error = Number.isNaN(last)
    ? []
    : [
        `Multiplying the mean probabilities of the tokens, as independence would have it, ${last > 0 ? 'under' : 'over'}states the mean probability of a whole suffix ${formatFactor(2 ** Math.abs(last))} times (D = ${formatNumber(last, 1)} bits).`,
      ];
  if (p >= 0.05)
    return [
      `No dependence is seen between the tokens of a sample (${formatP(p)}, Holm over the distances).`,
      ...error,
    ];
  const left = whatIsLeft(formatProbability(Math.max(0, shareLeft)), conditionalP, shareLeft);
  return [
    `Tokens of one sample agree more than chance (${formatP(p)}, Holm over the distances), ${left}`,
    ...error,
  ];
}

function whatIsLeft(left: string, conditionalP: number, shareLeft: number): string {
  if (shareLeft < LITTLE)
    return `but among samples of equal accuracy only ${left} of it is left: it is the samples that differ, not the sequence that binds.`;
  return conditionalP < 0.05
    ? `and among samples of equal accuracy ${left} of it is left (${formatP(conditionalP)}): beyond the samples’ differences, right tokens come in runs.`
    : `but what is left among samples of equal accuracy, ${left}, could be chance (${formatP(conditionalP)}): these samples do not tell whether the sequence binds.`;
}

export function dependenceTable({ lags, conditional, prefix, gain }: Dependence): PanelTable {
  const size = Math.max(lags.length, gain.length);
  return {
    header: HEADER,
    rows: Array.from({ length: size }, (_, index) => [
      index + 1,
      ...rawCells(lags[index]),
      bits(conditional[index]?.corrected),
      bits(conditional[index]?.nullMean),
      bits(conditional[index]?.nullHigh),
      conditional[index]?.p ?? NaN,
      bits(prefix[index - 1]),
      gain[index] ?? NaN,
    ]),
  };
}

const HEADER = [
  'distance or n (tokens)',
  'pairs of positions',
  'information (bits)',
  'chance 95% (bits)',
  'p',
  'given accuracy (bits)',
  'given accuracy, chance mean (bits)',
  'given accuracy, chance 95% (bits)',
  'p given accuracy',
  'prefix right and token n (bits)',
  'D(n) (bits)',
] as const;

const bits = (nats: number | undefined): number => BITS * (nats ?? NaN);

const rawCells = (point: LagPoint | undefined): Cell[] =>
  point ? [point.pairs, bits(point.corrected), bits(point.nullHigh), point.p] : [null, NaN, NaN, NaN];
