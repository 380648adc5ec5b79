import { csvLines } from '../csv.ts';
import type { Problem } from './sample.ts';

/** The list of problems as a CSV file: file, line, reason, and the row's beginning. */
export function problemsCsv(problems: readonly Problem[]): string {
  const rows = problems.map(({ source, line, reason, excerpt }) => [source, line, reason, excerpt]);
  return Array.from(csvLines(['file', 'line', 'reason', 'excerpt'], rows)).join('');
}
