/** Results out of the page: to files and to the clipboard. */
import { csvLines } from '../core/csv.ts';
import type { Recitation } from '../core/recitation.ts';
import type { Run } from '../core/run.ts';
import { tableHeader, tableRows, tokenTable } from '../core/tokenTable.ts';
import type { Vocabulary } from '../engine/vocabulary.ts';
import { runToJson } from './exporting.ts';
import { originCells } from './originText.ts';

/** Name of a run's file without its ending: readable, and different for different settings. */
const fileName = ({ key, settings }: Run): string =>
  `memoscope-${settings.adapterId ?? settings.modelId}-${key.slice(0, 8)}`;

export function download(parts: BlobPart[], name: string, type: string): void {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Settings and origin as rows `# name, value` over a table, so that no table goes without them. */
function settingsRows({ settings, origin, scored, ids }: Run): [string, string | number | boolean | null][] {
  const all = { ...settings, ...originCells(origin), tokens: ids.length, scored };
  return Object.entries(all).map(([name, value]) => [`# ${name}`, value]);
}

/** The token table as CSV: the settings first, as rows that begin with `#`. */
export function csvOf(run: Run, recitation: Recitation): string[] {
  const table = tokenTable(run, recitation);
  const [firstName, firstValue] = settingsRows(run)[0] ?? ['# settings', null];
  return [
    ...csvLines([firstName, String(firstValue)], settingsRows(run).slice(1)),
    ...csvLines(tableHeader(table), tableRows(table)),
  ];
}

export function saveCsv(run: Run, recitation: Recitation): void {
  download(csvOf(run, recitation), `${fileName(run)}.csv`, 'text/csv');
}

export function saveJson(run: Run, recitation: Recitation, vocabulary: Vocabulary | null): void {
  download([...runToJson(run, recitation, vocabulary)], `${fileName(run)}.json`, 'application/json');
}

/** The token table with tabs, as spreadsheets paste it. @throws if the browser refuses the clipboard. */
export async function copyTable(run: Run, recitation: Recitation): Promise<void> {
  const table = tokenTable(run, recitation);
  const lines = [tableHeader(table), ...tableRows(table)].map((row) => row.map(plain).join('\t'));
  await navigator.clipboard.writeText(lines.join('\n'));
}

/** One row of the token table as `name<tab>value` lines. @throws if the browser refuses the clipboard. */
export async function copyToken(run: Run, recitation: Recitation, token: number): Promise<void> {
  const table = tokenTable(run, recitation);
  const header = tableHeader(table);
  const lines = table.columns.map(({ value }, index) => `${header[index] ?? ''}\t${plain(value(token))}`);
  await navigator.clipboard.writeText(lines.join('\n'));
}

const plain = (cell: string | number | boolean | null): string =>
  cell === null || Number.isNaN(cell) ? '' : String(cell);
