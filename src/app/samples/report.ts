/** Gathers what is on the page into a report. */
import { DarkRules, figureOf, inBothThemes, svgText } from '../../charts/svgFile.ts';
import type { Cell } from '../../core/csv.ts';
import { summarizeMatches } from '../../core/statistics/matchLength.ts';
import { timestamp } from '../scoreText.ts';
import { SEED } from './analyses.svelte.ts';
import { hashOfData } from './analysisFile.ts';
import { settingsOfRun } from './panelFile.ts';
import type { ShownPanel } from './panelRegistry.ts';
import { reportHtml, type ReportPanel } from './reportHtml.ts';
import type { SampleLab } from './sampleLab.svelte.ts';
import { summarySentence } from './summaryText.ts';

/** What panels say in words, a paragraph each: those marked so, never texts of the samples. */
const SENTENCES = 'p.verdict, .verdict p, .lesson p, .planner p';

/** Runs `draw` in a theme; nothing is painted in between. */
function inTheme<T>(theme: 'light' | 'dark', draw: () => T): T {
  const { dataset } = document.documentElement;
  const before = dataset['theme'];
  dataset['theme'] = theme;
  try {
    return draw();
  } finally {
    if (before === undefined) delete dataset['theme'];
    else dataset['theme'] = before;
  }
}

/** A panel's figure for both themes; null if it has none. */
function figureText({ body, legend }: ShownPanel, rules: DarkRules): string | null {
  if (!body) return null;
  const text = { title: '', caption: '', settings: '', legend };
  const light = inTheme('light', () => figureOf(body, text));
  const dark = inTheme('dark', () => figureOf(body, text));
  return light && dark ? svgText(inBothThemes(light, dark, rules)) : null;
}

const sentencesOf = ({ body, soFar }: ShownPanel): string[] =>
  [soFar, ...Array.from(body?.querySelectorAll(SENTENCES) ?? [], ({ textContent }) => textContent)]
    .map((sentence) => sentence.replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence !== '');

/**
 * The report of what is shown.
 *
 * @param hasTexts false: without panels that show texts of the samples.
 */
export async function makeReport(lab: SampleLab, hasTexts: boolean): Promise<string> {
  const { run } = lab;
  const rules = new DarkRules();
  const panels: ReportPanel[] = [];
  for (const panel of lab.panels.shown()) {
    if (panel.holdsTexts && !hasTexts) continue;
    const { id, title, shows, facts, table } = panel;
    panels.push({
      id,
      title,
      shows,
      facts,
      table,
      figure: figureText(panel, rules),
      sentences: sentencesOf(panel),
    });
    // A task for each panel: two themes of many shapes take a while.
    await new Promise((resolve) => {
      setTimeout(resolve);
    });
  }
  return reportHtml({
    title: titleOf(lab),
    savedAt: timestamp(),
    appVersion: __APP_VERSION__,
    facts: await factsOf(lab),
    panels,
    problems: run.dataSet?.problems ?? [],
    unscorable: run.unscorable,
    samples: run.total,
    darkCss: rules.css,
  });
}

const titleOf = ({ run, matches }: SampleLab): string =>
  summarySentence(summarizeMatches(matches), run.settings?.adapterId ?? null, !run.isComplete) ??
  'Memorization';

/** Data, model and settings. */
async function factsOf({ run, filed, group }: SampleLab): Promise<(readonly [string, Cell])[]> {
  const settings = settingsOfRun(run)
    .filter(([name]) => name !== 'precomputed')
    .map(([name, value]): readonly [string, Cell] => [
      LABELS[name] ?? name,
      name === 'elapsedMs' ? Math.round(Number(value)) : value,
    ]);
  const { dataSet } = run;
  const hash =
    dataSet?.hasTexts === false ? 'texts left out of the file' : await hashOfData(dataSet?.samples ?? []);
  const facts: (readonly [string, Cell])[] = [
    ...settings,
    ['groups', group ?? 'none'],
    ['seed', SEED],
    ['SHA-256 of the data', hash],
  ];
  if (filed.file) facts.push(['results opened from a file saved', filed.file.savedAt]);
  return facts;
}

const LABELS: Readonly<Record<string, string>> = {
  modelId: 'model',
  modelHash: 'SHA-256 of the model',
  adapterId: 'adapter',
  adapterHash: 'SHA-256 of the adapter',
  hasReference: 'base scored beside it',
  deviceName: 'name of the device',
  earlierDevices: 'earlier devices',
  appVersion: 'Memoscope',
  startedAt: 'started',
  elapsedMs: 'time, ms',
};
