import { screenedTokens, type ScoreMode } from '../../core/screening.ts';
import type { StoredSample } from '../../engine/sampleStore.ts';
import type { PreparedSample } from './prepare.ts';

/** Samples that come within so many ms came in one batch. */
const BATCH = 50;

/** Where a stretch begins of which the rate is taken. */
interface Mark {
  readonly at: number;
  readonly done: number;
  readonly read: number;
}

/**
 * Turns finished samples into rate and time left. The first batch only sets the clock: before it the device makes
 * itself ready, which says nothing of the rate.
 */
export class SampleRate {
  private readonly mode: ScoreMode;
  private readonly prepared: readonly (PreparedSample | null)[];
  private readonly now: () => number;
  private left = 0;
  private done = 0;
  /** A screening reads less than what is done, or some of it again. */
  private read = 0;
  private lastAt = NaN;
  private mark: Mark | null = null;

  constructor(
    mode: ScoreMode,
    prepared: readonly (PreparedSample | null)[],
    now = (): number => performance.now(),
  ) {
    this.mode = mode;
    this.prepared = prepared;
    this.now = now;
  }

  /** @param blocks that will be scored, some samples of them once more. */
  readonly plan = (blocks: readonly Uint32Array[]): void => {
    for (const indices of blocks) for (const index of indices) this.left += this.tokensOf(index);
  };

  count(index: number, { scored }: StoredSample): void {
    const now = this.now();
    // The first of the second batch: all before it are the first.
    if (this.mark === null && now - this.lastAt > BATCH)
      this.mark = { at: this.lastAt, done: this.done, read: this.read };
    this.lastAt = now;
    const tokens = this.tokensOf(index);
    this.done += tokens;
    this.left -= tokens;
    this.read += this.mode === 'screening' ? screenedTokens(scored) : tokens;
  }

  /** NaN until the second batch is there. */
  get figures(): { tokensPerSecond: number; secondsLeft: number } {
    if (this.mark === null) return { tokensPerSecond: NaN, secondsLeft: NaN };
    const elapsed = (this.now() - this.mark.at) / 1000;
    return {
      tokensPerSecond: (this.read - this.mark.read) / elapsed,
      secondsLeft: (Math.max(0, this.left) * elapsed) / (this.done - this.mark.done),
    };
  }

  private tokensOf(index: number): number {
    return this.prepared[index]?.ids.length ?? 0;
  }
}
