/** Gathers what is on the page into a report. */
import { DarkRules, figureOf, inBothThemes, svgText } from '../../charts/svgFile.ts';
import { summarizeMatches } from '../../core/statistics/matchLength.ts';
import { timestamp } from '../scoreText.ts';
import { SEED } from './analyses.svelte.ts';
import { hashOfData } from './analysisFile.ts';
import { settingsOfRun } from './panelFile.ts';
import type { ShownPanel } from './panelRegistry.ts';
import { reportHtml, type ReportPanel } from './reportHtml.ts';
import type { SampleLab } from './sampleLab.svelte.ts';
import { summarySentence } from './summaryText.ts';

/** What panels say in words: sentences marked so, never texts of the samples. */
const SENTENCES = '[data-report], .verdict, .lesson p, .planner p';

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

const sentencesOf = ({ body }: ShownPanel): string[] =>
  [...(body?.querySelectorAll<HTMLElement>(SENTENCES) ?? [])]
    .map(({ textContent }) => textContent.replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence !== '');

/**
 * The report of what is shown.
 *
 * @param hasTexts false: without panels that show texts of the samples.
 */
export async function makeReport(lab: SampleLab, hasTexts: boolean): Promise<string> {
  const { run, filed } = lab;
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
  const samples = run.dataSet?.samples ?? [];
  const isWhole = run.dataSet?.hasTexts !== false;
  const settings = settingsOfRun(run)
    .filter(([name]) => name !== 'precomputed')
    .map(
      ([name, value]) =>
        [LABELS[name] ?? name, name === 'elapsedMs' ? Math.round(Number(value)) : value] as const,
    );
  return reportHtml({
    title: summarySentence(summarizeMatches(lab.matches), run.settings?.adapterId ?? null) ?? 'Memorization',
    savedAt: timestamp(),
    appVersion: __APP_VERSION__,
    facts: [
      ...settings,
      ['groups', lab.group ?? 'none'],
      ['seed', SEED],
      ['SHA-256 of the data', isWhole ? await hashOfData(samples) : 'texts left out of the file'],
      ...(filed.file ? [['results opened from a file saved', filed.file.savedAt] as const] : []),
    ],
    panels,
    problems: run.problems,
    darkCss: rules.css,
  });
}

const LABELS: Readonly<Record<string, string>> = {
  modelId: 'model',
  modelHash: 'SHA-256 of the model',
  adapterId: 'adapter',
  adapterHash: 'SHA-256 of the adapter',
  hasReference: 'base scored beside it',
  deviceName: 'name of the device',
  appVersion: 'Memoscope',
  startedAt: 'started',
  elapsedMs: 'time, ms',
};
