import type { ScoreMode } from '../../core/screening.ts';
import type { DeviceRequest } from '../../protocol/scorer.ts';
import type { Archive } from '../archive.svelte.ts';
import type { ModelLink } from '../modelLink.svelte.ts';
import type { SplitSettings } from './prepare.ts';

/** What the run needs of the page around it. */
export interface SampleRunHost {
  readonly link: ModelLink;
  readonly storage: Archive;
  readonly deviceRequest: DeviceRequest;
}

/** What can be asked in another way. */
export interface SampleChanges {
  readonly split?: SplitSettings;
  readonly subject?: string | null;
  readonly mode?: ScoreMode;
}
