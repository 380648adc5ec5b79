/** What the similarities say in words, and their numbers as tables. */
import {
  LOCAL_NEIGHBOURS,
  type LocalAssociation,
  type LocalSimilarity,
  type SetSimilarity,
  type SetSpectrum,
  type SimilarityFigures,
  type Space,
} from '../../core/analyses/similarity.ts';
import type { Cell } from '../../core/csv.ts';
import type { GapIntervals } from '../../core/similarity/gapIntervals.ts';
import type { Correlation } from '../../core/statistics/association.ts';
import type { BootstrapResult } from '../../core/statistics/bootstrap.ts';
import { formatCount, formatDifference, formatNumber } from '../../ui/format.ts';
import type { PanelTable } from './panelFile.ts';
import { formatInterval, formatP } from './panelText.ts';

export const SPACE_NAMES: Readonly<Record<Space, string>> = {
  raw: 'as they are',
  centred: 'less their mean',
};

type Ends = readonly [low: number, high: number];

const endsOf = (result: BootstrapResult | undefined): Ends =>
  result && 'low' in result ? [result.low, result.high] : [NaN, NaN];

/** One line of numbers about a set, in one space. */
export interface SimilarityRow {
  readonly name: string;
  readonly samples: number;
  readonly input: number;
  readonly full: number;
  readonly gap: number;
  readonly inputEnds: Ends;
  readonly fullEnds: Ends;
  readonly gapEnds: Ends;
}

/** All samples first, then the groups. */
export const similarityRows = (
  { whole, groups }: SimilarityFigures,
  space: Space,
  intervals: readonly (GapIntervals | undefined)[],
): SimilarityRow[] =>
  [whole, ...groups].map((set: SetSimilarity, place) => ({
    name: set.name || '(none)',
    samples: set.samples,
    ...set[space],
    inputEnds: endsOf(intervals[place]?.input),
    fullEnds: endsOf(intervals[place]?.full),
    gapEnds: endsOf(intervals[place]?.gap),
  }));

/** The signed gap of all samples, and what it means: the sign is where published summaries slip. */
export const gapText = (row: SimilarityRow, space: Space): string =>
  space === 'raw'
    ? signedGap(row)
    : `${signedGap(row)} Less their own mean, all samples together lie near 0 whatever they are: compare the groups.`;

function signedGap({ input, full, gap, gapEnds: [low, high] }: SimilarityRow): string {
  const numbers = `S_input is ${formatNumber(input, 3)}, S_full ${formatNumber(full, 3)}, the gap ${formatDifference(gap, 3)}`;
  const known = Number.isNaN(low) ? '.' : ` (95%: ${formatInterval(low, high, 3)}).`;
  if (!Number.isNaN(low) && low <= 0 && high >= 0)
    return `${numbers}${known} Whether the suffixes bring the texts together or apart, these samples do not tell.`;
  return gap < 0
    ? `${numbers}${known} Negative: beginnings are more alike than whole texts, the suffixes vary.`
    : `${numbers}${known} Positive: whole texts are more alike than their beginnings. Part of that is averaging: a mean over more tokens is more alike by itself.`;
}

/** What the background says about the cosines. */
export function backgroundText({ background, pairs }: SimilarityFigures): string {
  const { raw, centred } = background;
  return `Random pairs of samples (${formatCount(pairs)}) have a cosine of ${formatNumber(raw.prefix, 3)} (prefixes) and ${formatNumber(raw.full, 3)} (full texts) as the model has them, ${formatNumber(centred.prefix, 3)} and ${formatNumber(centred.full, 3)} less the mean: read every cosine against its own background, and never one kind against the other.`;
}

const INTERVAL_NAMES = ['low 95%', 'high 95%'] as const;

/** Every set in both spaces; intervals where they were computed. */
export function similarityTable(
  figures: SimilarityFigures,
  shown: Space,
  intervals: readonly (GapIntervals | undefined)[],
): PanelTable {
  const spaces = (['centred', 'raw'] as const).map((space) => ({
    space,
    rows: similarityRows(figures, space, space === shown ? intervals : []),
  }));
  return {
    header: [
      'set',
      'cosines',
      'samples',
      'S_input',
      ...INTERVAL_NAMES.map((name) => `S_input ${name}`),
      'S_full',
      ...INTERVAL_NAMES.map((name) => `S_full ${name}`),
      'gap',
      ...INTERVAL_NAMES.map((name) => `gap ${name}`),
      'background of prefixes',
      'background of full texts',
    ],
    rows: spaces.flatMap(({ space, rows }) =>
      rows.map((row): Cell[] => [
        row.name,
        SPACE_NAMES[space],
        row.samples,
        row.input,
        ...row.inputEnds,
        row.full,
        ...row.fullEnds,
        row.gap,
        ...row.gapEnds,
        figures.background[space].prefix,
        figures.background[space].full,
      ]),
    ),
  };
}

/** How a local measure goes with N. */
export function associationText(
  name: 'local gap' | 'redundancy',
  { plain, partial }: LocalAssociation,
  given: string | null,
): string {
  const rho = `ρ = ${formatNumber(plain.r, 3)}, ${formatP(plain.p)}, n = ${formatCount(plain.n)}`;
  const rest =
    partial && given !== null
      ? ` Given ${given}: ρ = ${formatNumber(partial.r, 3)}, ${formatP(partial.p)}${verdict(plain, partial, given)}.`
      : '';
  if (Number.isNaN(plain.r)) return `N or the ${name} does not vary: nothing to correlate.`;
  return `${meaning(name, plain.r, plain.p)} (Spearman ${rho}).${rest}`;
}

/** What the covariate does to an association that is seen without it. */
function verdict(plain: Correlation, partial: Correlation, given: string): string {
  if (!(plain.p < 0.05) || Number.isNaN(partial.p)) return '';
  return partial.p < 0.05 ? ', so it is not that alone' : `: what is seen may be the work of ${given}`;
}

function meaning(name: 'local gap' | 'redundancy', r: number, p: number): string {
  if (p >= 0.05) return `No relation of N and the ${name} is seen`;
  if (name === 'redundancy')
    return r > 0
      ? 'Samples in crowded places are memorized longer'
      : 'Samples in crowded places are memorized less far';
  return r > 0
    ? 'Samples whose neighbours begin alike and end differently are memorized less far, as the paper has it'
    : 'Samples whose neighbours begin alike and end differently are memorized further, against what the paper has';
}

/** Sample by sample: what surrounds it, and where it is on the map. */
export function localTable(
  samples: Uint32Array,
  matches: Float64Array,
  { gap, redundancy, closeShare }: LocalSimilarity,
): PanelTable {
  return {
    header: [
      'sample',
      'N (tokens)',
      'local gap',
      `mean cosine of ${LOCAL_NEIGHBOURS} nearest`,
      'share of them above 0.95',
    ],
    rows: Array.from(samples, (sample, row): Cell[] => [
      sample + 1,
      matches[row] ?? NaN,
      gap[row] ?? NaN,
      redundancy[row] ?? NaN,
      closeShare[row] ?? NaN,
    ]),
  };
}

/** The directions of each set. */
export const spectrumTable = (sets: readonly SetSpectrum[]): PanelTable => ({
  header: [
    'embeddings',
    'cosines',
    'effective rank',
    'participation ratio',
    'stable rank',
    'uniformity',
    'component',
    'singular value',
    'share of variance',
  ],
  rows: sets.flatMap((set): Cell[][] => {
    const total = set.singular.reduce((sum, value) => sum + value ** 2, 0);
    return Array.from(set.singular, (value, index) => [
      set.of,
      SPACE_NAMES[set.space],
      set.effectiveRank,
      set.participationRatio,
      set.stableRank,
      set.uniformity,
      index + 1,
      value,
      value ** 2 / total,
    ]);
  }),
});
