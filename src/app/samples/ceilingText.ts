/** What the ceilings say in words, their numbers as a table, and where two samples part. */
import type { Cell } from '../../core/csv.ts';
import type { CeilingAnalysis } from '../../core/analyses/ceilings.ts';
import { counted, formatCount, formatProbability } from '../../ui/format.ts';
import { endOf, isInsideCharacter, startOf } from './excerpt.ts';
import type { PanelTable } from './panelFile.ts';

export function ceilingVerdict(analysis: CeilingAnalysis): string[] {
  const { samples, capped, verbatimAtMost, above } = analysis;
  if (samples === 0) return ['Not defined: no sample is scored.'];
  if (capped.length === 0)
    return [
      `Nothing in these samples stands in the way: wherever one is followed by greedy decoding, the others either part from it in the prefix or go on as it does. ${samples === 1 ? 'It' : `All ${formatCount(samples)}`} could be memorized to the end, so whatever N falls short by is the model’s.`,
    ];
  const reached = `Any one model, decoding greedily, can recite at most ${formatCount(verbatimAtMost)} of them to ${verbatimAtMost === 1 ? 'its' : 'their'} end.`;
  const beyond =
    above > 0
      ? ` ${counted(above, 'sample')} ${above === 1 ? 'goes' : 'go'} beyond the term-wise ceiling: there the model prefers the rarer continuation.`
      : ' No sample goes beyond its term-wise ceiling.';
  return [
    `${counted(capped.length, 'sample')} of ${formatCount(samples)} (${formatProbability(capped.length / samples)}) cannot be followed to the end by a decoder that does what most samples do: others begin alike and go on differently. ${reached}${beyond}`,
  ];
}

/** Curves first, then every capped sample. */
export function ceilingTable(analysis: CeilingAnalysis, n: Float64Array, length: Float64Array): PanelTable {
  const { possible, termwiseAtLeast, sequenceAtLeast, observedAtLeast, capped } = analysis;
  const curve = Array.from(possible, (count, tokens): Cell[] => [
    'samples with at least n tokens',
    tokens,
    count,
    termwiseAtLeast[tokens] ?? 0,
    sequenceAtLeast[tokens] ?? 0,
    observedAtLeast[tokens] ?? 0,
    null,
    null,
    null,
  ]);
  const samples = Array.from(capped, (sample): Cell[] => [
    'capped sample',
    sample,
    length[sample] ?? NaN,
    analysis.termwise[sample] ?? NaN,
    analysis.sequence[sample] ?? NaN,
    n[sample] ?? NaN,
    analysis.rivalRow[sample] ?? NaN,
    analysis.rivalRows[sample] ?? NaN,
    analysis.ownRows[sample] ?? NaN,
  ]);
  return {
    header: [
      'row',
      'n or id of the sample',
      'L',
      'term-wise ceiling',
      'sequence ceiling',
      'N',
      'id of a rival',
      'samples that go its way',
      'samples that go this way',
    ],
    rows: [...curve, ...samples],
  };
}

/** Where two texts part, with what is before it and what each goes on with. */
export interface Parting {
  readonly shared: string;
  readonly own: string;
  readonly other: string;
}

const SHARED = 60;
const AHEAD = 60;

export function partingOf(text: string, other: string): Parting {
  let at = 0;
  while (at < text.length && at < other.length && text[at] === other[at]) at++;
  if (isInsideCharacter(text, at)) at--;
  return {
    shared: endOf(text.slice(0, at), SHARED),
    own: startOf(text.slice(at), AHEAD),
    other: startOf(other.slice(at), AHEAD),
  };
}
