import { screenedTokens, type ScoreMode } from '../../core/screening.ts';
import type { StoredSample } from '../../engine/sampleStore.ts';
import type { PreparedSample } from './prepare.ts';

/** Turns finished samples into rate and time left. */
export class SampleRate {
  private readonly mode: ScoreMode;
  private readonly prepared: readonly (PreparedSample | null)[];
  private readonly startedAt = performance.now();
  private left = 0;
  private done = 0;
  /** A screening reads less than what is done, or some of it again. */
  private read = 0;

  constructor(mode: ScoreMode, prepared: readonly (PreparedSample | null)[]) {
    this.mode = mode;
    this.prepared = prepared;
  }

  /** @param blocks that will be scored, some samples of them once more. */
  readonly plan = (blocks: readonly Uint32Array[]): void => {
    for (const indices of blocks) for (const index of indices) this.left += this.tokensOf(index);
  };

  count(index: number, { scored }: StoredSample): void {
    const tokens = this.tokensOf(index);
    this.done += tokens;
    this.left -= tokens;
    this.read += this.mode === 'screening' ? screenedTokens(scored) : tokens;
  }

  /** NaN until something is done. */
  get figures(): { tokensPerSecond: number; secondsLeft: number } {
    const elapsed = this.done === 0 ? NaN : (performance.now() - this.startedAt) / 1000;
    return {
      tokensPerSecond: this.read / elapsed,
      secondsLeft: (Math.max(0, this.left) * elapsed) / this.done,
    };
  }

  private tokensOf(index: number): number {
    return this.prepared[index]?.ids.length ?? 0;
  }
}
