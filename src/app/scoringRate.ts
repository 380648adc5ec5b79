import type { ScoringStatus } from './status.ts';

/** Turns "scored up to" into what a progress line says. */
export class ScoringRate {
  private readonly startedAt = performance.now();

  private readonly from: number;
  private readonly total: number;

  /** @param from token the run began at, @param total tokens of the text. */
  constructor(from: number, total: number) {
    this.from = from;
    this.total = total;
  }

  status(done: number): ScoringStatus {
    const seconds = (performance.now() - this.startedAt) / 1000;
    const tokensPerSecond = done > this.from && seconds > 0 ? (done - this.from) / seconds : NaN;
    return {
      kind: 'scoring',
      done,
      total: this.total,
      tokensPerSecond,
      secondsLeft: (this.total - done) / tokensPerSecond,
    };
  }
}
