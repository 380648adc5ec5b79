/** What a panel gives out: its numbers as a table, with the settings that produced them. */
import { csvLines, type Cell } from '../../core/csv.ts';
import type { RunOrigin } from '../../core/run.ts';
import type { SampleRunSettings } from '../../engine/sampleStore.ts';
import { originCells } from '../originText.ts';

/** Numbers of a panel: the table beside the figure, the copied table and the CSV are this. */
export interface PanelTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What panels and their files say of the run that the numbers are from. */
export interface PanelRun {
  /** `problems`: rows that gave no sample. */
  readonly dataSet: { readonly name: string; readonly problems: { readonly length: number } } | null;
  readonly settings: SampleRunSettings | null;
  readonly origin: RunOrigin | null;
  readonly scored: number;
  readonly total: number;
  readonly unscorable: { readonly length: number };
  /** True if every sample that can be scored is. */
  readonly isComplete: boolean;
}

/** The same as it is now, whatever becomes of the run. */
export function snapshotOfRun(run: PanelRun): PanelRun {
  const { dataSet, settings, origin, scored, total, unscorable, isComplete } = run;
  return {
    dataSet: dataSet && { name: dataSet.name, problems: { length: dataSet.problems.length } },
    settings,
    origin,
    scored,
    total,
    unscorable: { length: unscorable.length },
    isComplete,
  };
}

/** Settings of a run as names and values. */
export function settingsOfRun({
  dataSet,
  settings,
  origin,
  scored,
  total,
  unscorable,
}: PanelRun): [string, Cell][] {
  return Object.entries({
    data: dataSet?.name ?? '',
    samples: total,
    scored,
    'rows that gave no sample': dataSet?.problems.length ?? 0,
    'samples that cannot be scored': unscorable.length,
    ...settings,
    ...(origin && originCells(origin)),
  });
}

/** The settings in one line. */
export const settingsLine = (run: PanelRun): string =>
  [
    run.dataSet?.name,
    `model ${run.settings?.modelId ?? '?'} (${run.settings?.modelHash.slice(0, 8) ?? '?'})`,
    run.settings?.adapterId ? `adapter ${run.settings.adapterId}` : 'no adapter',
    run.settings?.split,
    `Memoscope ${run.origin?.appVersion ?? '?'}`,
  ].join(' · ');

/** A panel's table as CSV: the settings first, as rows that begin with `#`. */
export function panelCsv(run: PanelRun, facts: string, { header, rows }: PanelTable): string[] {
  const settings: [string, Cell][] = [
    ['# panel', facts],
    ...settingsOfRun(run).map(([name, value]): [string, Cell] => [`# ${name}`, value]),
  ];
  const [first = ['#', ''], ...rest] = settings;
  return [...csvLines(first.map(String), rest), ...csvLines(header, rows)];
}
