/** By what the map of the samples can be coloured. */
import { DUPLICATE_GROUPS, duplicateGroups } from './duplicates.ts';
import { groupColumns, groupsBy, type DataSet } from './dataSet.ts';
import { groupClasses, numberClasses, type PointClasses } from './pointColours.ts';
import type { SampleLab } from './sampleLab.svelte.ts';

export interface MapColour {
  readonly id: string;
  readonly label: string;
  /** Classes by sample of the whole data set. */
  readonly classes: () => PointClasses;
}

/** Match length first, then copies, then every column of the data that has kinds or numbers. */
export function mapColours({ matches, run }: SampleLab, dataSet: DataSet): MapColour[] {
  const { samples, columns } = dataSet;
  const { duplicates } = run;
  const groups = groupColumns(dataSet).map(({ name }) => name);
  const numeric = columns.filter(({ kind, name }) => kind === 'numeric' && !groups.includes(name));
  const scores = [
    ['baseMatchLength', 'N of the base model'],
    ['reference', 'excess over the base, nats'],
    ['meanLogprob', 'mean ln p of the suffix, nats'],
  ] as const;
  return [
    { id: 'n', label: 'N, tokens', classes: () => numberClasses(matches.n) },
    {
      id: 'share',
      label: 'N / L',
      classes: () => numberClasses(matches.n.map((n, index) => n / (matches.length[index] ?? NaN))),
    },
    ...(duplicates
      ? [
          {
            id: 'duplicates',
            label: DUPLICATE_GROUPS,
            classes: () => groupClasses(duplicateGroups(duplicates)),
          },
          {
            id: 'nearCount',
            label: 'size of the cluster of near copies',
            classes: () => numberClasses(Array.from(duplicates.nearCount, (count) => count || NaN)),
          },
        ]
      : []),
    ...groups.map((name) => ({
      id: `column:${name}`,
      label: name,
      classes: () => groupClasses(groupsBy(samples, name)),
    })),
    ...numeric.map(({ name }) => ({
      id: `column:${name}`,
      label: name,
      classes: () => numberClasses(samples.map((sample) => Number(sample.columns[name] ?? NaN))),
    })),
    ...scores.map(([id, label]) => ({
      id: `score:${id}`,
      label,
      classes: () => numberClasses(run.results.map((result) => result?.scored[id] ?? NaN)),
    })),
  ];
}
