/** Experiment (b), memorization against similarity, in words and numbers: the conclusion follows from the numbers. */
import type { RedundantSet } from '../../core/analyses/redundancy.ts';
import type { GivenCopies, SubsetSimilarity } from '../../core/analyses/subsetSimilarity.ts';
import { DRAWS, THIRDS, type Family } from '../../core/analyses/subsets.ts';
import type { Cell } from '../../core/csv.ts';
import type { Correlation } from '../../core/statistics/association.ts';
import type { BootstrapResult } from '../../core/statistics/bootstrap.ts';
import { formatCount, formatNumber } from '../../ui/format.ts';
import { SEED } from './analyses.svelte.ts';
import type { SimilarityResult } from './experimentResults.ts';
import type { PanelTable } from './panelFile.ts';
import { formatP } from './panelText.ts';

export const FAMILY_NAMES: Readonly<Record<Family, { label: string; hint: string }>> = {
  kind: { label: 'Kinds', hint: 'Prose, verse, code and so on, equal numbers of copies in each' },
  mix: { label: 'Mixtures', hint: 'Drawn from two, four and all kinds, equal numbers of copies and texts' },
  crowding: { label: 'Crowding', hint: 'Thirds of equal kind and copies, by how near the nearest texts are' },
  copies: { label: 'Copies', hint: 'By the number of times the text was trained on, all kinds' },
};

/** A name beside a dot. */
export const shortName = (set: Pick<SubsetSimilarity, 'name'> | undefined): string =>
  (set?.name ?? '').replace(/ third$/, '');

export const endsOf = (result: BootstrapResult | undefined): readonly [low: number, high: number] =>
  result && 'low' in result ? [result.low, result.high] : [NaN, NaN];

const isSure = ({ p }: Correlation): boolean => p < 0.05;

const rhoText = ({ r, p }: Correlation): string =>
  Number.isNaN(r) ? 'ρ n/a' : `ρ = ${formatNumber(r, 2)}, ${formatP(p)}`;

/** Text by text, from the cruder comparison to the finer. */
const threeText = ({ plain, copies, copiesAndKind }: GivenCopies): string =>
  `${rhoText(plain)}; among texts of equal copies ${rhoText(copies)}; of equal copies and kind ${rhoText(copiesAndKind)}`;

/** Times a standard error that an association must have to be seen in four of five data sets. */
const SEEN = 2.8;

/** What the correlations of the local gap with N say about the published claim. */
export function claimText({ copies, copiesAndKind }: GivenCopies): string {
  const support = (found: Correlation): boolean => isSure(found) && found.r > 0;
  const against = (found: Correlation): boolean => isSure(found) && found.r < 0;
  if (Number.isNaN(copies.r))
    return 'N or the gap does not vary: these data do not test the published claim.';
  if (support(copies) && support(copiesAndKind))
    return 'These data support the published claim (Remark 2.7): texts whose neighbours begin alike and end apart are recited less far, also among texts of one kind.';
  if (against(copies) && !support(copiesAndKind))
    return 'These data do not support the published claim (Remark 2.7): texts whose neighbours begin alike and end apart are recited further here, not less far.';
  if (support(copies))
    return `These data do not support the published claim (Remark 2.7) as one about similarity: it seems to hold while kinds are mixed, but among texts of one kind ${against(copiesAndKind) ? 'the opposite is seen' : 'nothing of it is seen'}.`;
  if (isSure(copiesAndKind))
    return copiesAndKind.r > 0
      ? 'Among texts of one kind, those whose neighbours begin alike and end apart are recited less far, as published (Remark 2.7); over all kinds that is not seen, so these data support the claim in part only.'
      : 'These data do not support the published claim (Remark 2.7): over all kinds nothing is seen, and among texts of one kind the opposite.';
  return `These data do not support the published claim (Remark 2.7) that texts whose neighbours begin alike and end apart are recited less far. They do not refute it: in ${formatCount(copies.n)} texts a ρ under about ${formatNumber(SEEN / Math.sqrt(copies.n), 2)} can be missed.`;
}

const lengths = ({ meanLength, baseMeanLength }: SubsetSimilarity): string =>
  `mean N of ${formatNumber(meanLength, 1)} tokens (base ${formatNumber(baseMeanLength, 1)})`;

/** The sub-sets that have most and least of something. */
function extremes(
  sets: readonly SubsetSimilarity[],
  value: (set: SubsetSimilarity) => number,
): readonly [most: SubsetSimilarity, least: SubsetSimilarity] | null {
  const order = sets.filter((set) => !Number.isNaN(value(set))).sort((a, b) => value(b) - value(a));
  const [most] = order;
  const least = order.at(-1);
  return most && least && most !== least ? [most, least] : null;
}

const fullOf = ({ raw: { full } }: SubsetSimilarity): number => full;

/** What one way of making sub-sets shows; null if it has fewer than two. */
export function familyText({ subsets }: SimilarityResult, family: Family): string | null {
  const sets = subsets.sets.filter((set) => set.family === family);
  const ends = extremes(sets, fullOf);
  if (!ends) return null;
  const [most, least] = ends;
  const range = `${formatNumber(fullOf(least), 3)} to ${formatNumber(fullOf(most), 3)}`;
  if (family === 'copies') {
    const means = sets.map(({ meanLength }) => meanLength);
    return `By copies, the mean N goes from ${formatNumber(Math.min(...means), 1)} to ${formatNumber(Math.max(...means), 1)} tokens, while S_full lies between ${formatNumber(fullOf(least), 3)} and ${formatNumber(fullOf(most), 3)}.`;
  }
  if (family === 'mix')
    return `Mixtures of 2, 4 and all kinds (${DRAWS} of each, seed ${SEED}) and single kinds, with equal copies: S_full of the mixtures is ${range}; over all these sub-sets the gap and the mean N go with ρ = ${formatNumber(subsets.overSets.r, 2)}. They share texts, so no p is given.`;
  if (family === 'crowding') {
    const [low, , high] = THIRDS.map((name) => sets.find((set) => set.name === name));
    return low && high
      ? `Within equal kind and copies, the texts in the most crowded places (mean cosine to the nearest ten ${formatNumber(high.redundancy, 3)}) have a ${lengths(high)}, those in the sparsest (${formatNumber(low.redundancy, 3)}) a ${lengths(low)}.`
      : null;
  }
  return `The most redundant kind, ${most.name} (S_full = ${formatNumber(fullOf(most), 3)}), has a ${lengths(most)}; the least redundant, ${least.name} (${formatNumber(fullOf(least), 3)}), a ${lengths(least)}. Kinds differ in more than redundancy.`;
}

/** The conclusion first, then what it rests on. */
export function similarityText({ subsets, lexical }: SimilarityResult): string[] {
  const { gap, redundancy, texts } = subsets;
  const other =
    claimText(gap.centred) === claimText(gap.raw) ? 'the same conclusion' : claimText(gap.centred);
  return [
    claimText(gap.raw),
    `Local gap (whole texts less beginnings, over the ten texts that begin most alike) and N, text by text, n = ${formatCount(texts)}: ${threeText(gap.raw)}. With cosines less the mean of all texts (${rhoText(gap.centred.copiesAndKind)} among equal copies and kind): ${other}${other.endsWith('.') ? '' : '.'}`,
    `Redundancy itself (mean cosine to the ten nearest whole texts) and N: ${threeText(redundancy.raw)}.`,
    `For comparison, by shared pairs of words within each kind instead of embeddings: gap and N, ${rhoText(lexical.gapWithLength)} given the copies.`,
    'All texts were trained together, so a sub-set shows what surrounded its texts, not what training on it alone would do.',
  ];
}

const INTERVALS = ['low 95%', 'high 95%'] as const;

const HEADER = [
  'sub-sets by',
  'sub-set',
  'texts',
  'local redundancy',
  'S_input',
  ...INTERVALS.map((name) => `S_input ${name}`),
  'S_full',
  ...INTERVALS.map((name) => `S_full ${name}`),
  'gap',
  ...INTERVALS.map((name) => `gap ${name}`),
  'S_input, centred',
  'S_full, centred',
  'gap, centred',
  'mean N (tokens)',
  'mean N of the base (tokens)',
  'S_input (Jaccard)',
  'S_full (Jaccard)',
  'rho with N',
  'p',
];

function setRow(set: SubsetSimilarity, word: RedundantSet | undefined): Cell[] {
  const { family, name, samples, redundancy, raw, centred, intervals } = set;
  return [
    FAMILY_NAMES[family].label,
    name,
    samples,
    redundancy,
    raw.input,
    ...endsOf(intervals?.input),
    raw.full,
    ...endsOf(intervals?.full),
    raw.gap,
    ...endsOf(intervals?.gap),
    centred.input,
    centred.full,
    centred.gap,
    set.meanLength,
    set.baseMeanLength,
    word?.prefixSimilarity ?? null,
    word?.fullSimilarity ?? null,
    null,
    null,
  ];
}

const relationRow = (name: string, { r, p, n }: Correlation): Cell[] => [
  'correlation',
  name,
  n,
  ...Array<Cell>(HEADER.length - 5).fill(null),
  r,
  p,
];

const GIVEN = {
  plain: 'all texts',
  copies: 'within equal copies',
  copiesAndKind: 'within equal copies and kind',
} as const;

/** Every sub-set, then the correlations. */
export function subsetTable({ subsets, lexical }: SimilarityResult): PanelTable {
  const words = new Map(lexical.sets.map((set) => [set.name, set]));
  const relations = (['gap', 'redundancy'] as const).flatMap((measure) =>
    (['raw', 'centred'] as const).flatMap((space) =>
      (['plain', 'copies', 'copiesAndKind'] as const).map((given) =>
        relationRow(`${measure}, ${space}, ${GIVEN[given]}`, subsets[measure][space][given]),
      ),
    ),
  );
  const rows = subsets.sets.map((set) =>
    setRow(set, set.family === 'kind' ? words.get(set.name) : undefined),
  );
  return { header: HEADER, rows: [...rows, ...relations] };
}
