import { MemoscopeError } from '../../protocol/errors.ts';
import { timestamp } from '../scoreText.ts';
import { SEED } from './analyses.svelte.ts';
import type { AnalysisToWrite, FileContent, PanelNumbers } from './analysisFile.ts';
import { encode } from './encode.ts';
import type { FiledExperiments, KnownExperiments } from './experiments.svelte.ts';
import type { SampleRun } from './sampleRun.svelte.ts';

/**
 * What is shown, as it is to be written.
 *
 * @throws {MemoscopeError} `InvalidInput` if nothing is scored.
 */
export function analysisOf(
  { dataSet, settings, origin, split, subject, results, unscorable, copies, embeddings }: SampleRun,
  group: string | null,
  panels: readonly PanelNumbers[],
  experiments: KnownExperiments,
  { hasTexts, hasEmbeddings }: FileContent,
): AnalysisToWrite {
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
    group,
    seed: SEED,
    problems,
    // By file and line, as the rows that gave no sample.
    unscorable: unscorable.map(({ source, line, reason, excerpt }) => ({ source, line, reason, excerpt })),
    panels,
    experiments: encode(experiments) as FiledExperiments,
  };
  return {
    head,
    samples,
    results: [...results],
    duplicates: copies.found,
    embeddings: hasTexts && hasEmbeddings ? embeddings.known() : null,
    hasTexts,
  };
}
