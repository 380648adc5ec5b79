import type { RunOrigin } from '../../core/run.ts';
import type { ScoreMode } from '../../core/screening.ts';
import type { Duplicates } from '../../core/similarity/duplicates.ts';
import type { SampleRunSettings, StoredSample } from '../../engine/sampleStore.ts';
import type { Analysis } from './analysisFile.ts';
import type { DataSet } from './dataSet.ts';
import type { PreparedSample, SplitSettings } from './prepare.ts';
import type { SampleEmbeddings } from './sampleEmbeddings.ts';
import { unscorableOfFile, type Unscorable } from './unscorable.ts';

/** Results that were computed elsewhere, with what they are of. */
export interface ForeignResults {
  readonly dataSet: DataSet;
  readonly split: SplitSettings;
  readonly subject: string | null;
  readonly mode: ScoreMode;
  readonly results: readonly (StoredSample | null)[];
  readonly unscorable: readonly Unscorable[];
  readonly settings: SampleRunSettings;
  readonly origin: RunOrigin;
  readonly duplicates: Duplicates | null;
  readonly embeddings: SampleEmbeddings;
  /** Empty if the file has no tokens. */
  readonly prepared: readonly (PreparedSample | null)[];
}

/** What a saved analysis holds, as the page shows it. */
export function foreignOf({
  head,
  samples,
  results,
  duplicates,
  embeddings,
  tokens,
}: Analysis): ForeignResults {
  const { data, problems, settings, origin, split, subject } = head;
  const { name, shape, columns, hasTexts } = data;
  const dataSet = {
    name,
    shape,
    columns: [...columns],
    samples: [...samples],
    problems: [...problems],
    hasTexts,
  };
  const unscorable = unscorableOfFile(samples, results, head.unscorable);
  const mode = settings.mode === 'screening' ? 'screening' : 'full';
  return {
    dataSet,
    split,
    subject,
    mode,
    results,
    unscorable,
    settings,
    origin,
    duplicates,
    embeddings,
    prepared: tokens.prepared,
  };
}
