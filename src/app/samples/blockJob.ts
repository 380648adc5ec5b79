import type { ScoreMode } from '../../core/screening.ts';
import type { AdapterEntry } from '../../engine/modelCatalog.ts';
import type { StoredBlock, StoredSample } from '../../engine/sampleStore.ts';
import type { ScorerClient } from '../../engine/scorerClient.ts';

/** How blocks are scored, and who is told. */
export interface BlockJob {
  readonly scorer: Pick<ScorerClient, 'score'>;
  readonly adapter: AdapterEntry | null;
  readonly mode: ScoreMode;
  /** Tokens that the model can score in one window. */
  readonly longest: number;
  readonly signal: AbortSignal;
  readonly texts: (index: number) => string;
  readonly onSample: (index: number, sample: StoredSample) => void;
  /** A block is finished. */
  readonly onBlock: (number: number, block: StoredBlock) => void;
  /** True if a block needs no scoring. */
  readonly isDone: (indices: Uint32Array) => boolean;
}
