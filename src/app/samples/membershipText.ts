/** What the membership scores say in words, and their numbers as a table. */
import type { Cell } from '../../core/csv.ts';
import {
  FALSE_POSITIVE_RATES,
  MEMBERSHIP_SCORES,
  withoutModel,
  type AurocInterval,
  type BlindEvaluation,
  type MembershipEstimates,
  type MembershipIntervals,
  type MembershipScore,
  type ScoreEvaluation,
} from '../../core/analyses/membership.ts';
import type { BlindFeature } from '../../core/blindBaseline.ts';
import type { TprAtFpr } from '../../core/statistics/membershipEvaluation.ts';
import { counted, formatCount, formatDifference, formatNumber, formatProbability } from '../../ui/format.ts';
import { describeRule, type MemberRule } from './memberRule.ts';
import type { PanelTable } from './panelFile.ts';

export const SCORE_NAMES: Readonly<Record<MembershipScore, { label: string; hint: string }>> = {
  loss: { label: 'LOSS', hint: 'mean logprob' },
  zlib: { label: 'zlib', hint: 'LOSS over the compressed size' },
  minK: { label: 'Min-20%', hint: 'mean of the lowest 20% of the logprobs' },
  minKPlusPlus: { label: 'Min-20%++', hint: 'the same of standardised logprobs' },
  gapK: { label: 'Gap-20%', hint: 'gap to the best token, smoothed, lowest 20%' },
  surp: { label: 'SURP', hint: 'mean logprob where the model was sure and surprised' },
  reference: { label: 'Reference', hint: 'mean logprob minus that of the base model' },
  matchLength: { label: 'N', hint: 'match length' },
};

export const BLIND_NAMES: Readonly<Record<BlindFeature, string>> = {
  length: 'length of the text',
  compression: 'zlib bytes a byte',
  numbers: 'share of numbers',
  years: 'share of years',
  rarity: 'how common its words are',
  vocabulary: 'which set its words are commoner in',
};

/** A rate as it is asked for: 10%, 1%, 0.1%. */
export const rateText = (rate: number): string => `${Number((100 * rate).toPrecision(3))}%`;

/** A true-positive rate, or that it cannot be said. */
export function tprText(found: TprAtFpr | undefined): string {
  if (!found || 'refused' in found) return 'n/a';
  return `${formatProbability(found.tpr)} (${formatNumber(100 * found.low, 0)} to ${formatNumber(100 * found.high, 0)}%)`;
}

/** Which rates are refused, and why; null if none is. */
export function refusalText({ scores }: MembershipEstimates): string | null {
  const refused = (scores[0]?.tpr ?? []).flatMap((found, place) =>
    'refused' in found ? [{ found, rate: FALSE_POSITIVE_RATES[place] ?? NaN }] : [],
  );
  const [first] = refused;
  const last = refused.at(-1);
  if (!first || !last) return null;
  const rates = refused.map(({ rate }) => rateText(rate)).join(' and ');
  const { nonMembers } = first.found;
  return first.found.refused === 'noMembers'
    ? 'No true-positive rate without members.'
    : `No true-positive rate at ${rates}: with ${counted(nonMembers, 'non-member')} the smallest false-positive rate that can be seen at all is 1 in ${formatCount(nonMembers)}; ${refused.length > 1 ? 'they take' : 'it takes'} at least ${refused.map(({ found }) => formatCount(found.needed)).join(' and ')} non-members.`;
}

/** Why a rule gives no two classes to compare. */
export function whyNotCompared(
  { members, nonMembers }: Pick<MembershipEstimates, 'members' | 'nonMembers'>,
  rule: MemberRule,
): string {
  if (rule.kind === 'values' && rule.members.length === 0)
    return `Not defined: tick the values of “${rule.column}” that are members.`;
  const missing = [members === 0 ? ['member'] : [], nonMembers === 0 ? ['non-member'] : []]
    .flat()
    .join(' and no ');
  return `Not defined: by “${describeRule(rule)}” there is no ${missing} among the scored samples. Members and non-members are needed.`;
}

export const intervalText = (interval: AurocInterval | undefined): string =>
  interval && !Number.isNaN(interval.low)
    ? `${formatNumber(interval.low, 2)} to ${formatNumber(interval.high, 2)}`
    : '';

/** The score with the largest AUROC, by its place. */
const bestOf = ({ scores }: MembershipEstimates): number =>
  scores.reduce(
    (best, { auroc }, place) =>
      auroc.auroc > (scores[best]?.auroc.auroc ?? -1) || Number.isNaN(scores[best]?.auroc.auroc)
        ? place
        : best,
    0,
  );

const whyNoBaseline = ({ blindFeatures }: BlindEvaluation): string =>
  blindFeatures.length === 0
    ? 'the blind baseline reads the texts, and these were left out of the file'
    : 'the blind baseline needs ten different texts of each class';

/** @param baseline null until it is there: a score is never judged without it. */
export function membershipVerdict(
  analysis: MembershipEstimates,
  baseline: BlindEvaluation | null,
  intervals: MembershipIntervals | null,
): string[] {
  const place = bestOf(analysis);
  const best = analysis.scores[place];
  const name = SCORE_NAMES[MEMBERSHIP_SCORES[place] ?? 'loss'].label;
  if (!best || Number.isNaN(best.auroc.auroc)) return ['Not defined: no score is known for both classes.'];
  if (!baseline) return [];
  const area = formatNumber(best.auroc.auroc, 2);
  if (!baseline.blind)
    return [
      `${name} does best of ${MEMBERSHIP_SCORES.length}, with an AUROC of ${area}, but there is nothing to hold it against: ${whyNoBaseline(baseline)}.`,
    ];
  const blind = baseline.blind.auroc.auroc;
  const excess = intervals?.excess[place];
  const width = excess && !Number.isNaN(excess.low) ? ` (95% ${intervalText(excess)})` : '';
  const difference = `${formatDifference(best.auroc.auroc - withoutModel(blind), 2)}${width}`;
  const opening =
    blind < 0.5
      ? `${name} does best of ${MEMBERSHIP_SCORES.length}: AUROC ${area}. The texts alone, without any model, give ${formatNumber(blind, 2)}, no better than a coin’s 0.50 (below it where the sets are matched text by text); over the coin, the model is ahead by ${difference}.`
      : `${name} does best of ${MEMBERSHIP_SCORES.length}: AUROC ${area}. The texts alone, without any model, give ${formatNumber(blind, 2)}; the model is ahead by ${difference}.`;
  if (!excess) return [opening];
  return [opening, excess.low > 0 ? seen(blind) : NOTHING_SEEN];
}

const seen = (blind: number): string =>
  blind > 0.65
    ? 'So the model knows more of the members than their texts give away, but the two sets of texts differ as well: a part of every score here reads the text, not the memory.'
    : 'So the scores read something that is in the model and not in the texts: its memory of the members, as far as the two sets are alike in all else.';

const NOTHING_SEEN =
  'No score is surely better than a reader who never asks the model, so nothing here shows that the model remembers its members.';

const cellsOf = (found: TprAtFpr | undefined): Cell[] =>
  found && !('refused' in found) ? [found.tpr, found.low, found.high, found.fpr] : [NaN, NaN, NaN, NaN];

const HEADER = [
  'score',
  'AUROC',
  'low 95%',
  'high 95%',
  'above texts alone or chance',
  'low 95% (above)',
  'high 95% (above)',
  ...FALSE_POSITIVE_RATES.flatMap((rate) => [
    `TPR at ${rateText(rate)} FPR`,
    `low 95% (TPR at ${rateText(rate)})`,
    `high 95% (TPR at ${rateText(rate)})`,
    `FPR reached (${rateText(rate)})`,
  ]),
];

/** @param baseline null until it is there, `intervals` likewise: then their cells are left empty. */
export function membershipTable(
  { scores }: MembershipEstimates,
  baseline: BlindEvaluation | null,
  intervals: MembershipIntervals | null,
): PanelTable {
  const blind = baseline?.blind ?? null;
  const bounds = (interval: AurocInterval | undefined): Cell[] =>
    intervals ? [interval?.low ?? NaN, interval?.high ?? NaN] : [null, null];
  const row = (
    label: string,
    evaluation: ScoreEvaluation,
    interval: AurocInterval | undefined,
    excess: readonly Cell[],
  ): Cell[] => [
    label,
    evaluation.auroc.auroc,
    ...bounds(interval),
    ...excess,
    ...FALSE_POSITIVE_RATES.flatMap((_, place) => cellsOf(evaluation.tpr[place])),
  ];
  const rest: Cell[] = Array<Cell>(HEADER.length - 2).fill(null);
  return {
    header: HEADER,
    rows: [
      ...scores.map((evaluation, place) => {
        const excess = intervals?.excess[place];
        return row(
          SCORE_NAMES[MEMBERSHIP_SCORES[place] ?? 'loss'].label,
          evaluation,
          intervals?.aurocs[place],
          [
            baseline ? evaluation.auroc.auroc - withoutModel(blind?.auroc.auroc ?? NaN) : null,
            ...bounds(excess),
          ],
        );
      }),
      ...(blind ? [row('blind baseline', blind, intervals?.blind, [null, null, null])] : []),
      ...(baseline?.blindFeatures ?? []).map(({ name, auroc }): Cell[] => [
        `text alone: ${BLIND_NAMES[name]}`,
        auroc,
        ...rest,
      ]),
    ],
  };
}
