/** What the dependence says in words, and its numbers as a table. */
import {
  CONDITIONAL_PERMUTATIONS,
  netChance,
  PERMUTATIONS,
  type Dependence,
  type DependenceEstimates,
} from '../../core/analyses/dependence.ts';
import type { Cell } from '../../core/csv.ts';
import type { LagPoint } from '../../core/statistics/dependence.ts';
import { counted, formatFromLog, formatMagnitude, formatNumber, formatProbability } from '../../ui/format.ts';
import type { PanelTable } from './panelFile.ts';
import { formatDrawnP } from './panelText.ts';

/** Bits in a nat. */
export const BITS = 1 / Math.LN2;

/** Up to this share information is little. */
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

/** Fewer samples than these give no ratio of two numbers that are both noisy. */
const FEWEST_FOR_RATIO = 100;

/** The error of independence over a whole suffix: a factor, of few samples both numbers instead. */
function errorText({ whole }: DependenceEstimates): string[] {
  if (whole === null) return [];
  const { n, samples, log2Mean, log2Product } = whole;
  const gain = log2Mean - log2Product;
  const [mean, product] = [log2Mean, log2Product].map((bits) => formatFromLog(bits * Math.LN2));
  return samples < FEWEST_FOR_RATIO
    ? [
        `The mean probability of the first ${counted(n, 'token')} is ${mean ?? ''}; the mean probabilities of the tokens multiplied, as independence would have it, give ${product ?? ''}. ${counted(samples, 'sample')} ${samples === 1 ? 'is' : 'are'} too few for a ratio of the two.`,
      ]
    : [
        `Multiplying the mean probabilities of the tokens, as independence would have it, ${gain > 0 ? 'under' : 'over'}states the mean probability of a whole suffix ${formatFactor(2 ** Math.abs(gain))} times (D = ${formatNumber(gain, 1)} bits).`,
      ];
}

/** Net information as it is, below 0 too. */
const netText = (nats: number): string => `${formatNumber(BITS * nats, 4)} bits`;

/** @param analysis null until the permutations are there: before that, nothing is said of chance. */
export const dependenceText = (estimates: DependenceEstimates, analysis: Dependence | null): string[] => [
  ...(analysis ? [chanceText(analysis)] : []),
  ...errorText(estimates),
];

function chanceText(analysis: Dependence): string {
  const raw = netText(analysis.mean);
  if (!(analysis.p < 0.05))
    return `Dependence between the tokens of a sample cannot be told from none (${rawP(analysis)}, Holm over the distances): ${raw} on average, net of chance.`;
  return `Tokens of one sample agree more than chance (${rawP(analysis)}, Holm over the distances): ${raw} on average, net of chance. ${whatIsLeft(analysis)}`;
}

/** Mean over the lags of what 95 of 100 permutations stay below, net, nats: above it no lag's band is doubted. */
function meanChance(points: readonly LagPoint[]): number {
  const known = points.filter(({ noVariation }) => !noVariation);
  return known.reduce((sum, point) => sum + netChance(point), 0) / known.length;
}

/** Share of the information that is left given accuracy; null where one of the two could be chance. */
function shareLeft(analysis: Dependence): number | null {
  const { samples, conditionalSamples, lags, conditional, mean, conditionalMean } = analysis;
  const isClear =
    Math.min(samples, conditionalSamples) >= FEWEST_FOR_RATIO &&
    mean > meanChance(lags) &&
    conditionalMean > meanChance(conditional);
  return isClear ? conditionalMean / mean : null;
}

function whatIsLeft(analysis: Dependence): string {
  const left = `Among samples of equal accuracy it is ${netText(analysis.conditionalMean)}`;
  if (!(analysis.conditionalP < 0.05))
    return `${left}, which cannot be told from none (${givenP(analysis)}): these samples do not tell whether the sequence binds.`;
  const share = shareLeft(analysis);
  const ofIt = share === null ? '' : `, ${formatProbability(share)} of it`;
  return share !== null && share < LITTLE
    ? `${left}${ofIt}, little but more than chance (${givenP(analysis)}): it is mostly the samples that differ.`
    : `${left}${ofIt}, more than chance (${givenP(analysis)}): beyond the samples’ differences, right tokens come in runs.`;
}

/** @param permuted null until the permutations are there: then the cells that need them are empty. */
export function dependenceTable(estimates: DependenceEstimates, permuted: Dependence | null): PanelTable {
  const { lags, prefix, gain } = permuted ?? estimates;
  const size = Math.max(lags.length, gain.length);
  return {
    header: HEADER,
    rows: Array.from({ length: size }, (_, index) => [
      index + 1,
      lags[index]?.pairs ?? null,
      bits(lags[index]?.corrected),
      ...(permuted ? chanceCells(permuted, index) : Array<Cell>(CHANCE_CELLS).fill(null)),
      bits(prefix[index - 1]),
      gain[index] ?? NaN,
    ]),
  };
}

const CHANCE_CELLS = 6;

function chanceCells({ lags, conditional }: Dependence, index: number): Cell[] {
  const [raw, given] = [lags[index], conditional[index]];
  return [
    bits(raw?.nullHigh),
    raw?.p ?? NaN,
    bits(given?.corrected),
    bits(given?.nullMean),
    bits(given?.nullHigh),
    given?.p ?? NaN,
  ];
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
