/** The built-in experiments in words: every conclusion follows from the numbers, also where they refute the claim. */
import {
  CONTRAST_LAGS,
  FEWEST,
  SHUFFLES,
  type Accumulation,
  type BySide,
  type StructureContrast,
} from '../../core/analyses/experiments.ts';
import { netInformation } from '../../core/analyses/dependence.ts';
import { formatCount, formatMagnitude, formatNumber, formatProbability } from '../../ui/format.ts';
import { BITS, givenP, LITTLE, rawP } from './dependenceText.ts';
import type { ForBoth } from './experimentResults.ts';
import type { PanelTable } from './panelFile.ts';
import { formatDrawnP, formatInterval } from './panelText.ts';

const MODELS = [
  ['target', 'Fine-tuned model'],
  ['base', 'Base model'],
] as const;

const factor = (bits: number): string => {
  const ratio = 2 ** Math.abs(bits);
  return ratio < 10 ? formatNumber(ratio, 1) : formatMagnitude(ratio);
};

/** Below this many bits an error is not worth its name: a factor of 1.1. */
const SMALL = 0.14;

function accumulationOf(name: string, { points, failsAt, last, errorBits }: Accumulation): string {
  const point = points[last - 1];
  if (!point) return `${name}: too few samples recite anything to judge independence.`;
  const numbers = `the shares of right tokens, multiplied, give P(N ≥ ${last}) = ${formatProbability(point.product)}; it is ${formatProbability(point.empirical)}`;
  const isShort = points.some(
    ({ n, samples, empirical }) => n > last && samples >= FEWEST && empirical === 0,
  );
  const reach = isShort ? 'and nothing is recited beyond that' : 'where too few samples go on';
  const error =
    Math.abs(errorBits) < SMALL
      ? ', about the same'
      : `, ${factor(errorBits)} times ${errorBits > 0 ? 'as much' : 'less'}`;
  return failsAt === null
    ? `${name}: nothing speaks against independence up to n = ${last}, ${reach}. ${capital(numbers)}${error}, and at no n so far does the product leave the 95% interval.`
    : `${name}: independence fails from n = ${failsAt} on, where the product leaves the 95% interval. By n = ${last}, ${numbers}${error}.`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function groupedOf({ failsAt, groupedFailsAt, errorBits, groupedErrorBits }: Accumulation): string {
  if (failsAt === null) return 'So no grouping is needed to explain it.';
  if (Number.isNaN(groupedErrorBits) || !(Math.abs(errorBits) >= SMALL))
    return 'What the number of copies explains of that cannot be said.';
  const share = 1 - Math.abs(groupedErrorBits) / Math.abs(errorBits);
  const explained =
    share > 0
      ? `Multiplied within each number of copies, then averaged, ${formatProbability(share)} of the error (in bits) is gone`
      : 'Multiplying within each number of copies, then averaging, does not lessen the error';
  return groupedFailsAt === null
    ? `${explained}, and the product stays within the interval: it is the texts that differ by their copies, not the tokens that bind.`
    : `${explained}, yet from n = ${groupedFailsAt} on it is still outside: texts of equal copies differ too, or right tokens come in runs.`;
}

/** Experiment (a). */
export function lengthText({ target, base }: ForBoth<Accumulation>): string[] {
  const claim =
    target.failsAt === null && base.failsAt === null
      ? 'The published reading, P(N ≥ n) as a product of the tokens’ own probabilities, is supported by these data.'
      : 'The published reading, P(N ≥ n) as a product of the tokens’ own probabilities, is not supported by these data as far as it takes the tokens for independent. With pₙ given that all before were right the product is exact, by definition; and it can only fall with n.';
  return [
    accumulationOf('Fine-tuned model', target),
    groupedOf(target),
    accumulationOf('Base model', base),
    claim,
  ];
}

export const lengthTable = (result: ForBoth<Accumulation>): PanelTable => ({
  header: [
    'model',
    'n',
    'samples',
    'right at n',
    'product',
    'product within copies',
    'P(N >= n)',
    'low 95%',
    'high 95%',
  ],
  rows: MODELS.flatMap(([key, name]) =>
    result[key].points.map(({ n, samples, accuracy, product, grouped, empirical, low, high }) => [
      name,
      n,
      samples,
      accuracy,
      product,
      grouped,
      empirical,
      low,
      high,
    ]),
  ),
});

/** A small amount of information: what rounds to nothing says that it is small. */
const bitsText = (bits: number): string =>
  bits < 0.0005 ? 'under 0.001 bits' : `${formatNumber(bits, 3)} bits`;

const SIDES = [
  ['structured', 'code and records'],
  ['prose', 'prose and verse'],
] as const;

/** Independence of one side in words: the mean information, its upper bound, whether it could be chance. */
function sideText(name: string, side: keyof BySide, contrast: StructureContrast): string {
  const dependence = contrast[side];
  const { p, conditionalP, samples } = dependence;
  if (Number.isNaN(p)) return `${name} (n = ${formatCount(samples)}) has no variation to depend on`;
  const size = `${bitsText(BITS * contrast.means[side])} between two tokens of at most ${formatNumber(BITS * contrast.bounds[side], 3)}`;
  const numbers = `${name} (n = ${formatCount(samples)}): ${size} (${rawP(dependence)})`;
  if (p >= 0.05) return `${numbers}, which could be chance`;
  const given =
    conditionalP < 0.05
      ? `and among texts of equal accuracy some of it is left (${givenP(dependence)})`
      : `but among texts of equal accuracy what is left could be chance (${givenP(dependence)})`;
  return `${numbers}, ${given}`;
}

function contrastText(name: string, contrast: StructureContrast): string {
  const { difference, p } = contrast;
  const [structured, prose] = SIDES.map(([side, label]) => sideText(label, side, contrast));
  const sides = `${name}, mean over distances 1 to ${CONTRAST_LAGS}. ${capital(structured ?? '')}; ${prose ?? ''}.`;
  if (Number.isNaN(difference)) return `${sides} They cannot be compared.`;
  const size = bitsText(BITS * Math.abs(difference));
  const chance = formatDrawnP(p, SHUFFLES);
  return p < 0.05
    ? `${sides} Structured texts have ${size} ${difference > 0 ? 'more' : 'less'} (${chance}).`
    : `${sides} The difference of ${size} could be chance (${chance}).`;
}

/** Whether structure binds more, of one model. */
function structureVerdict(name: string, { difference, p }: StructureContrast): string {
  if (p < 0.05 && difference > 0)
    return `${name}: structure binds the tokens more than prose does, and independence is the worse an approximation there.`;
  if (p < 0.05 && difference < 0)
    return `${name}: it is prose whose tokens bind more; that structured reasoning is where independence breaks is not supported.`;
  return `${name}: the data do not show that structured reasoning is where independence breaks.`;
}

/** How large the dependence of one model is, against what it could be; then whether it is there at all. */
function sizeVerdict(name: string, contrast: StructureContrast): string {
  const known = SIDES.map(([side, label]) => ({
    label,
    share: contrast.means[side] / contrast.bounds[side],
    ...contrast[side],
  })).filter(({ share }) => !Number.isNaN(share));
  if (known.length === 0) return `${name}: not defined, as nothing varies.`;
  const isLow = known.every(({ share }) => share < LITTLE);
  const shares = known.map(({ share, label }) => `${formatProbability(share)} in ${label}`).join(', ');
  const seen = known.filter(({ p }) => p < 0.05);
  const left = seen.filter(({ conditionalP }) => conditionalP < 0.05);
  const list = (sides: typeof known): string => sides.map(({ label }) => label).join(' and in ');
  const chance =
    seen.length === 0
      ? 'it cannot be told from none'
      : left.length === 0
        ? `more than chance in ${list(seen)}, but among texts of equal accuracy it cannot be told from none`
        : `more than chance in ${list(seen)}, and in ${list(left)} among texts of equal accuracy too`;
  return `${name}: ${isLow ? 'low' : 'not low'}, ${shares}; ${chance}.`;
}

/** Experiment (c). */
export function structureText(result: ForBoth<StructureContrast>): string[] {
  return [
    ...MODELS.map(([key, name]) => contrastText(name, result[key])),
    MODELS.map(([key, name]) => structureVerdict(name, result[key])).join(' '),
    `The published finding is that dependence between the tokens is low. Its size against the most it could be, the entropy of a token’s flag (under a tenth counts as low here): ${MODELS.map(([key, name]) => sizeVerdict(name, result[key])).join(' ')}`,
    'The planted set has no puzzles: “structured” are its code and its records.',
  ];
}

export const structureTable = (result: ForBoth<StructureContrast>): PanelTable => ({
  header: [
    'model',
    'texts',
    'distance (tokens)',
    'information (bits)',
    'chance 95% (bits)',
    'p',
    'given accuracy, net (bits)',
    'p given accuracy',
  ],
  rows: MODELS.flatMap(([key, name]) =>
    (['structured', 'prose'] as const).flatMap((side) =>
      result[key][side].lags.map(({ lag, corrected, nullHigh, p }, place) => {
        const given = result[key][side].conditional[place];
        return [
          name,
          side,
          lag,
          BITS * corrected,
          BITS * nullHigh,
          p,
          given ? BITS * netInformation(given) : NaN,
          given?.p ?? NaN,
        ];
      }),
    ),
  ),
});

/** An interval of probabilities. */
export const probabilityInterval = (low: number, high: number): string =>
  Number.isNaN(low) ? '' : `${formatInterval(100 * low, 100 * high, 1)}%`;
