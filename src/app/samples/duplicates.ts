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
import { Slices } from './slices.ts';

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
  const slices = new Slices();
  await slices.rest();
  const all = filled(new Uint32Array(prepared.length), (index) => index);
  const rows = all.filter((index) => prepared[index] !== null);
  await slices.pause();
  const found = await find(await rowsOf(prepared, rows));
  await slices.rest();
  const groups = (values: Uint32Array): Uint32Array => {
    const into = all.slice();
    for (let row = 0; row < rows.length; row++) {
      const index = rows[row] ?? 0;
      into[index] = rows[values[row] ?? 0] ?? index;
    }
    return into;
  };
  const counts = (values: Uint32Array): Uint32Array => {
    const into = new Uint32Array(prepared.length);
    for (let row = 0; row < rows.length; row++) into[rows[row] ?? 0] = values[row] ?? 0;
    return into;
  };
  const [exactGroup, exactCount] = [groups(found.exactGroup), counts(found.exactCount)];
  await slices.pause();
  return {
    ...found,
    exactGroup,
    exactCount,
    nearGroup: groups(found.nearGroup),
    nearCount: counts(found.nearCount),
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

/** Groups that were asked for: several places do, of the same duplicates. */
const grouped = new WeakMap<Duplicates, Groups>();

/** Groups by whether a sample has exact or only near duplicates in the set; empty ones are left out. */
export function duplicateGroups(duplicates: Duplicates): Groups {
  const groups = grouped.get(duplicates) ?? groupsOf(duplicates);
  grouped.set(duplicates, groups);
  return groups;
}

function groupsOf({ exactCount, nearCount }: Duplicates): Groups {
  const kinds = filled(new Int16Array(exactCount.length), (index) =>
    (exactCount[index] ?? 0) > 1 ? 2 : (nearCount[index] ?? 0) > 1 ? 1 : 0,
  );
  const present = [0, 1, 2].filter((kind) => kinds.includes(kind));
  const places = [0, 1, 2].map((kind) => present.indexOf(kind));
  return {
    names: present.map((kind) => KINDS[kind] ?? ''),
    of: filled(kinds, (index) => places[kinds[index] ?? 0] ?? -1),
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
  for (let index = 0; index < count.length; index++) {
    if ((count[index] ?? 0) < 2) continue;
    samples++;
    firsts.add(group[index] ?? index);
  }
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
