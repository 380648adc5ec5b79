/** By what the map of the samples can be coloured. */
import type { Duplicates } from '../../core/similarity/duplicates.ts';
import { DUPLICATE_GROUPS, duplicateGroups } from './duplicates.ts';
import { groupColumns, groupsBy, type DataSet } from './dataSet.ts';
import { classesOf, groupClasses, numberClasses, type PointClasses } from './pointColours.ts';
import type { SampleLab } from './sampleLab.svelte.ts';

export interface MapColour {
  readonly id: string;
  readonly label: string;
  /** Classes of the samples with these indices, in their order. */
  readonly classes: (indices: Uint32Array) => PointClasses;
}

type Classes = MapColour['classes'];

const numbers =
  (value: (index: number) => number): Classes =>
  (indices) =>
    numberClasses(Array.from(indices, value));

function duplicateColours(duplicates: Duplicates | null): MapColour[] {
  if (!duplicates) return [];
  return [
    {
      id: 'duplicates',
      label: DUPLICATE_GROUPS,
      classes: (indices) => classesOf(groupClasses(duplicateGroups(duplicates)), indices),
    },
    {
      id: 'nearCount',
      label: 'size of the cluster of near copies',
      classes: numbers((index) => duplicates.nearCount[index] || NaN),
    },
  ];
}

/** Columns of the data that have kinds or numbers. */
function columnColours(dataSet: DataSet): MapColour[] {
  const { samples, columns } = dataSet;
  const groups = groupColumns(dataSet).map(({ name }) => name);
  const numeric = columns.filter(({ kind, name }) => kind === 'numeric' && !groups.includes(name));
  const byGroup =
    (name: string): Classes =>
    (indices) => {
      const some = Array.from(indices, (index) => samples[index]).filter((sample) => sample !== undefined);
      return groupClasses(groupsBy(some, name));
    };
  const byNumber = (name: string): Classes =>
    numbers((index) => {
      const value = samples[index]?.columns[name];
      return typeof value === 'number' ? value : NaN;
    });
  return [
    ...groups.map((name) => ({ id: `column:${name}`, label: name, classes: byGroup(name) })),
    ...numeric.map(({ name }) => ({ id: `column:${name}`, label: name, classes: byNumber(name) })),
  ];
}

const SCORES = [
  ['baseMatchLength', 'N of the base model'],
  ['reference', 'excess over the base, nats'],
  ['meanLogprob', 'mean ln p of the suffix, nats'],
] as const;

/** Match length first, then copies, then the columns of the data, then other scores. */
export const mapColours = ({ matches, run }: SampleLab, dataSet: DataSet): MapColour[] => [
  { id: 'n', label: 'N, tokens', classes: numbers((index) => matches.n[index] ?? NaN) },
  {
    id: 'share',
    label: 'N / L',
    classes: numbers((index) => (matches.n[index] ?? NaN) / (matches.length[index] ?? NaN)),
  },
  ...duplicateColours(run.copies.found),
  ...columnColours(dataSet),
  ...SCORES.map(([id, label]) => ({
    id: `score:${id}`,
    label,
    classes: numbers((index) => run.results[index]?.scored[id] ?? NaN),
  })),
];
