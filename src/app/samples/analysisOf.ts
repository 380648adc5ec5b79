import type { Vocabulary } from '../../engine/vocabulary.ts';
import { MemoscopeError } from '../../protocol/errors.ts';
import { timestamp } from '../scoreText.ts';
import { SEED } from './analyses.svelte.ts';
import type { Analysis, AnalysisToWrite, FileContent } from './analysisFile.ts';
import { encode } from './encode.ts';
import { NO_EXPERIMENTS, type FiledExperiments } from './experimentResults.ts';
import type { Experiments } from './experiments.svelte.ts';
import type { FiledAnalysis } from './filedAnalysis.svelte.ts';
import { showView, viewOf, type FiledView, type ViewedLab } from './filedView.ts';
import { foreignOf } from './foreignResults.ts';
import type { PanelRegistry } from './panelRegistry.ts';
import type { SampleRun } from './sampleRun.svelte.ts';

interface AnalysedLab extends ViewedLab {
  readonly run: SampleRun;
  readonly panels: PanelRegistry;
  readonly experiments: Experiments;
  readonly filed: FiledAnalysis;
  readonly vocabulary: Vocabulary | null;
  readonly groups: readonly { readonly name: string }[];
  group: string | null;
}

/**
 * What is shown, as it is to be written.
 *
 * @throws {MemoscopeError} `InvalidInput` if nothing is scored.
 */
export function analysisOf(lab: AnalysedLab, { hasTexts, hasEmbeddings }: FileContent): AnalysisToWrite {
  const { dataSet, settings, origin, split, subject, results, unscorable, copies, embeddings } = lab.run;
  const { prepared, hasTokens } = lab.run;
  if (!dataSet || !settings || !origin)
    throw new MemoscopeError('InvalidInput', 'Nothing is scored yet: press Run first.');
  const { name, shape, columns, problems, samples } = dataSet;
  const head = {
    appVersion: __APP_VERSION__,
    savedAt: timestamp(),
    data: { name, shape, columns },
    settings,
    origin,
    split,
    subject,
    group: lab.group,
    seed: SEED,
    problems,
    // By file and line, as the rows that gave no sample.
    unscorable: unscorable.map(({ source, line, reason, excerpt }) => ({ source, line, reason, excerpt })),
    panels: lab.panels.numbers(hasTexts),
    experiments: encode(lab.experiments.known) as FiledExperiments,
    view: encode(viewOf(lab, hasTexts)) as FiledView,
  };
  return {
    head,
    samples,
    results: [...results],
    duplicates: copies.found,
    embeddings: hasTexts && hasEmbeddings ? embeddings.known() : null,
    tokens: hasTexts && hasTokens ? { prepared, vocabulary: lab.vocabulary } : null,
    hasTexts,
  };
}

/** Shows what was read, in the place of what is there. */
export function showAnalysis(lab: AnalysedLab, analysis: Analysis): void {
  const { head, experiments, view } = analysis;
  lab.run.show(foreignOf(analysis));
  lab.group = lab.groups.some(({ name }) => name === head.group) ? head.group : null;
  lab.experiments.show(experiments ?? NO_EXPERIMENTS);
  if (view) showView(lab, view);
  lab.filed.file = head;
  lab.filed.vocabulary = analysis.tokens.vocabulary;
}
