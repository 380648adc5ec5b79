/** What a panel gives out: its numbers as a table, with the settings that produced them. */
import { csvLines, type Cell } from '../../core/csv.ts';
import type { SampleRun } from './sampleRun.svelte.ts';

/** Numbers of a panel: the table beside the figure, the copied table and the CSV are this. */
export interface PanelTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Settings of a run as names and values. */
export function settingsOfRun({
  dataSet,
  settings,
  origin,
  scored,
  total,
  unscorable,
}: SampleRun): [string, Cell][] {
  return Object.entries({
    data: dataSet?.name ?? '',
    samples: total,
    scored,
    'rows that gave no sample': dataSet?.problems.length ?? 0,
    'samples that cannot be scored': unscorable.length,
    ...settings,
    ...origin,
  });
}

/** The settings in one line. */
export const settingsLine = (run: SampleRun): string =>
  [
    run.dataSet?.name,
    `model ${run.settings?.modelId ?? '?'} (${run.settings?.modelHash.slice(0, 8) ?? '?'})`,
    run.settings?.adapterId ? `adapter ${run.settings.adapterId}` : 'no adapter',
    run.settings?.split,
    `Memoscope ${run.origin?.appVersion ?? '?'}`,
  ].join(' · ');

/** A panel's table as CSV: the settings first, as rows that begin with `#`. */
export function panelCsv(run: SampleRun, facts: string, { header, rows }: PanelTable): string[] {
  const settings: [string, Cell][] = [
    ['# panel', facts],
    ...settingsOfRun(run).map(([name, value]): [string, Cell] => [`# ${name}`, value]),
  ];
  const [first = ['#', ''], ...rest] = settings;
  return [...csvLines(first.map(String), rest), ...csvLines(header, rows)];
}
