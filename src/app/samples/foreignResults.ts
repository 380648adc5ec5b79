import type { RunOrigin } from '../../core/run.ts';
import type { SampleRunSettings, StoredSample } from '../../engine/sampleStore.ts';
import type { DataSet, Problem } from './dataSet.ts';
import type { SplitSettings } from './prepare.ts';

/** Results that were computed elsewhere, with what they are of. */
export interface ForeignResults {
  readonly dataSet: DataSet;
  readonly split: SplitSettings;
  readonly subject: string | null;
  readonly results: readonly (StoredSample | null)[];
  readonly unscorable: readonly Problem[];
  readonly settings: SampleRunSettings;
  readonly origin: RunOrigin;
}
