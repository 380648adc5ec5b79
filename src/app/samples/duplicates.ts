/** Copies among the samples of a data set: as columns of the table, and as groups. */
import type { Groups } from '../../core/analyses/decomposition.ts';
import { filled } from '../../core/filled.ts';
import type { Column } from '../../core/samples/sample.ts';
import type { Duplicates } from '../../core/similarity/duplicates.ts';
import type { TokenRows } from '../../core/tokenRows.ts';
import { counted, formatCount, formatSmall } from '../../ui/format.ts';
import type { PreparedSample } from './prepare.ts';
import { rowsOf } from './runArrays.ts';
import type { SampleColumn } from './sampleColumn.ts';

/**
 * Finds the duplicates among the scored tokens of all samples. One that cannot be scored has none: it is a group of
 * its own and counts 0.
 *
 * @param find compares; in a worker.
 */
export async function duplicatesOf(
  prepared: readonly (PreparedSample | null)[],
  find: (rows: TokenRows) => Promise<Duplicates>,
): Promise<Duplicates> {
  const all = filled(new Uint32Array(prepared.length), (index) => index);
  const rows = all.filter((index) => prepared[index] !== null);
  const found = await find(await rowsOf(prepared, rows));
  const spread = (values: Uint32Array, into: Uint32Array, isGroup: boolean): Uint32Array => {
    rows.forEach((index, row) => {
      const value = values[row] ?? 0;
      into[index] = isGroup ? (rows[value] ?? index) : value;
    });
    return into;
  };
  return {
    ...found,
    exactGroup: spread(found.exactGroup, all.slice(), true),
    exactCount: spread(found.exactCount, new Uint32Array(prepared.length), false),
    nearGroup: spread(found.nearGroup, all.slice(), true),
    nearCount: spread(found.nearCount, new Uint32Array(prepared.length), false),
  };
}

/** Columns of the table; cells are empty while the duplicates are not known. */
export function duplicateColumns(duplicates: Duplicates | null): SampleColumn[] {
  if (!duplicates) return [];
  const { exactCount, nearCount, nearGroup } = duplicates;
  const count = (counts: Uint32Array, index: number): number | null => counts[index] || null;
  return [
    {
      id: 'exactCopies',
      title: 'same text',
      unit: 'samples',
      meaning: 'samples of this set with exactly these tokens, itself among them',
      digits: 0,
      isMain: false,
      value: (_sample, _result, index) => count(exactCount, index),
    },
    {
      id: 'nearCopies',
      title: 'near copies',
      unit: 'samples',
      meaning:
        'samples of its cluster of near duplicates (5-grams of tokens, Jaccard 0.8), itself among them',
      digits: 0,
      isMain: nearCount.some((size) => size > 1),
      value: (_sample, _result, index) => count(nearCount, index),
    },
    {
      id: 'cluster',
      title: 'cluster',
      unit: '',
      meaning:
        'number of its cluster of near duplicates: that of the cluster’s first sample; empty if it is alone',
      digits: 0,
      isMain: false,
      value: (_sample, _result, index) => ((nearCount[index] ?? 0) > 1 ? (nearGroup[index] ?? 0) + 1 : null),
    },
  ];
}

/** Name of the duplicates among the columns that can be groups. */
export const DUPLICATE_GROUPS = 'copies within this set';

const KINDS = ['alone', 'near duplicates', 'exact duplicates'] as const;

/** Groups by whether a sample has exact or only near duplicates in the set; empty ones are left out. */
export function duplicateGroups({ exactCount, nearCount }: Duplicates): Groups {
  const kinds = filled(new Int16Array(exactCount.length), (index) =>
    (exactCount[index] ?? 0) > 1 ? 2 : (nearCount[index] ?? 0) > 1 ? 1 : 0,
  );
  const present = [0, 1, 2].filter((kind) => kinds.includes(kind));
  const places = [0, 1, 2].map((kind) => present.indexOf(kind));
  return {
    names: present.map((kind) => KINDS[kind] ?? ''),
    of: kinds.map((kind) => places[kind] ?? -1),
  };
}

/** The duplicates as a column that can be the group; none if all samples are of one kind. */
export function duplicateGroupColumns(duplicates: Duplicates | null): Column[] {
  const distinct = duplicates ? duplicateGroups(duplicates).names.length : 0;
  return distinct > 1 ? [{ name: DUPLICATE_GROUPS, kind: 'categorical', distinct }] : [];
}

/** Groups of at least two and their samples. */
function tally(group: Uint32Array, count: Uint32Array): { clusters: number; samples: number } {
  const firsts = new Set<number>();
  let samples = 0;
  count.forEach((size, index) => {
    if (size < 2) return;
    samples++;
    firsts.add(group[index] ?? index);
  });
  return { clusters: firsts.size, samples };
}

/** What was found, in a sentence or two. */
export function duplicateText({
  exactGroup,
  exactCount,
  nearGroup,
  nearCount,
  skipped,
  missProbability,
}: Duplicates): string {
  const exact = tally(exactGroup, exactCount);
  const near = tally(nearGroup, nearCount);
  const found =
    near.samples === 0
      ? 'No sample has a duplicate in this set.'
      : `${exact.samples === 0 ? 'No two samples have the very same tokens' : `${formatCount(exact.samples)} samples share their exact tokens with another (${counted(exact.clusters, 'text')})`}; with near duplicates, ${formatCount(near.samples)} samples lie in ${counted(near.clusters, 'cluster')}.`;
  const rest =
    skipped > 0
      ? ` ${counted(skipped, 'pair')} in crowded buckets ${skipped === 1 ? 'was' : 'were'} not compared, so some copies may be missed.`
      : '';
  return `${found}${rest} Compared as scored: 5-grams of tokens, Jaccard similarity 0.8 and more; a pair just there is missed with probability ${formatSmall(missProbability, 0)}.`;
}
