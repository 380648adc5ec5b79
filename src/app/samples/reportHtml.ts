/** The analysis as one HTML file that needs nothing else: no script, no request, light and dark, to be printed. */
import type { Cell } from '../../core/csv.ts';
import { formatCount } from '../../ui/format.ts';
import type { Problem } from './dataSet.ts';
import type { PanelTable } from './panelFile.ts';
import { tableCell } from './panelText.ts';
import { leftOutText } from './unscorable.ts';

/** One panel of the report. */
export interface ReportPanel {
  readonly id: string;
  readonly title: string;
  readonly shows: string;
  readonly facts: string;
  /** SVG; null for a panel without a figure. */
  readonly figure: string | null;
  /** What the panel says in words. */
  readonly sentences: readonly string[];
  readonly table: PanelTable;
}

export interface Report {
  readonly title: string;
  readonly savedAt: string;
  readonly appVersion: string;
  /** Data, model, settings, hashes. */
  readonly facts: readonly (readonly [name: string, value: Cell])[];
  readonly panels: readonly ReportPanel[];
  /** Rows of the input that gave no sample. */
  readonly problems: readonly Problem[];
  /** Samples that cannot be scored. */
  readonly unscorable: readonly Problem[];
  /** Samples there are. */
  readonly samples: number;
  /** Rules for the figures in the dark. */
  readonly darkCss: string;
}

/** Rows of a table that are in the report; the CSV has all. */
const MOST_ROWS = 2000;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);

const isWords = (cell: Cell): boolean => typeof cell === 'string';

const rowHtml = (cells: readonly string[], words: readonly boolean[], tag: 'th' | 'td'): string => {
  const open = (column: number) =>
    `<${tag}${tag === 'th' ? ' scope="col"' : ''}${words[column] ? ' class="words"' : ''}>`;
  return `<tr>${cells.map((cell, column) => `${open(column)}${cell}</${tag}>`).join('')}</tr>`;
};

function tableHtml(table: PanelTable): string {
  const { header, rows } = table;
  const more =
    rows.length > MOST_ROWS
      ? `<p class="faint">The first ${formatCount(MOST_ROWS)} of ${formatCount(rows.length)} rows; the CSV and the JSON have all.</p>`
      : '';
  const words = header.map((_, column) => rows.some((row) => isWords(row[column] ?? null)));
  const body = rows.slice(0, MOST_ROWS).map((row) =>
    rowHtml(
      header.map((_, column) => escapeHtml(tableCell(table, row, column))),
      words,
      'td',
    ),
  );
  return `<div class="table" tabindex="0" role="region" aria-label="Numbers"><table><thead>${rowHtml(header.map(escapeHtml), words, 'th')}</thead><tbody>${body.join('\n')}</tbody></table></div>${more}`;
}

const panelHtml = ({ id, title, shows, facts, figure, sentences, table }: ReportPanel): string => `
<section id="${escapeHtml(id)}">
<h2>${escapeHtml(title)}</h2>
<figure>${figure ?? ''}<figcaption>${escapeHtml(shows)}</figcaption></figure>
${sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('\n')}
${facts === '' ? '' : `<p class="faint">${escapeHtml(facts)}</p>`}
${tableHtml(table)}
</section>`;

function listHtml(sentence: string, problems: readonly Problem[]): string {
  if (problems.length === 0) return '';
  const rows = problems.map(({ source, line, reason }) => [source, line, reason]);
  return `<p>${sentence}</p>${tableHtml({ header: ['file', 'line', 'reason'], rows })}`;
}

function problemsHtml({ problems, unscorable, samples }: Report): string {
  if (problems.length + unscorable.length === 0)
    return '<p>Every row of the input gave a sample, and every sample can be scored.</p>';
  return (
    listHtml(leftOutText(problems.length, 0, samples), problems) +
    listHtml(leftOutText(0, unscorable.length, samples), unscorable)
  );
}

const CSS = `
:root{color-scheme:light dark;--ground:#f5f6f8;--paper:#fff;--ink:#111418;--soft:#434c58;--faint:#5d6774;--line:#dde1e6;--accent:#14599f}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:2rem 1rem 4rem;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.7rem;line-height:1.25;letter-spacing:-.015em;max-width:40ch;margin:0 0 .5rem}
h2{font-size:1.15rem;margin:0 0 .5rem}
p{max-width:76ch;margin:.5rem 0}
.faint{color:var(--faint);font-size:.85rem}
section,header,footer{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:1rem;margin:0 0 1rem}
footer{background:none;border:0;color:var(--faint);font-size:.85rem}
figure{margin:0}
figure svg{display:block;max-width:100%;height:auto}
figcaption{color:var(--soft);font-size:.9rem;max-width:76ch}
nav a{color:var(--accent);margin-right:1rem}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.1rem 1rem;font-size:.85rem;margin:1rem 0 0}
dt{color:var(--soft)}
dd{margin:0;font-family:ui-monospace,monospace;overflow-wrap:anywhere}
.table{max-height:20rem;overflow:auto;border-top:1px solid var(--line);margin-top:.75rem}
table{border-collapse:collapse;font:.8rem ui-monospace,monospace;white-space:nowrap}
th,td{padding:.1rem .75rem .1rem 0;border-bottom:1px solid var(--line);text-align:right;font-weight:400}
td.words,th.words{text-align:left;white-space:normal}
th{position:sticky;top:0;background:var(--paper);color:var(--soft)}
@media (max-width:40rem){dl{grid-template-columns:minmax(0,1fr)}dd{margin-bottom:.3rem}}
`;

const DARK =
  ':root{--ground:#0c0d0f;--paper:#121212;--ink:#f7f7f7;--soft:#c0c6ce;--faint:#98a1ad;--line:#2b2f34;--accent:#7cbcf2}';

const PRINT =
  '@media print{body{background:none;max-width:none;padding:0;font-size:11px}section,header{border:0;padding:0;break-inside:auto}figure,h2{break-inside:avoid;break-after:avoid}.table{max-height:none;overflow:visible}table{font-size:7px;white-space:normal}th,td{padding:1px 4px 1px 0}th,td.words{overflow-wrap:anywhere}tr{break-inside:avoid}th{position:static}nav{display:none}}';

/** The report as the text of an HTML file. */
export function reportHtml(report: Report): string {
  const { title, savedAt, appVersion, facts, panels, darkCss } = report;
  const links = panels.map((panel) => `<a href="#${escapeHtml(panel.id)}">${escapeHtml(panel.title)}</a>`);
  const list = facts.map(
    ([name, value]) =>
      `<dt>${escapeHtml(name)}</dt><dd>${value === null ? '' : escapeHtml(String(value))}</dd>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(title)}</title>
<style>${CSS}@media screen and (prefers-color-scheme:dark){${DARK}${darkCss}}${PRINT}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<nav>${links.join(' ')} <a href="#problems">Rows left out</a></nav>
<dl>${list.join('\n')}</dl>
</header>
<main>${panels.map(panelHtml).join('\n')}
<section id="problems"><h2>Left out</h2>${problemsHtml(report)}</section>
</main>
<footer>Saved ${escapeHtml(savedAt)} by Memoscope ${escapeHtml(appVersion)}. Definitions after “Skewed Memorization in Large Language Models”, arXiv 2502.01187.</footer>
</body>
</html>
`;
}
