import type { MemoscopeError } from '../protocol/errors.ts';
import { CurrentJob } from './currentJob.ts';

/** A job that the page can watch. */
export class WatchedJob extends CurrentJob {
  /** True from the start of a job until it has ended, whatever is known of it in between. */
  isRunning = $state(false);

  override start(
    job: (signal: AbortSignal) => Promise<void>,
    onEnd: (failure: MemoscopeError | null) => void,
  ): Promise<void> {
    this.isRunning = true;
    return super.start(job, (failure) => {
      this.isRunning = false;
      onEnd(failure);
    });
  }

  override leave(): void {
    super.leave();
    this.isRunning = false;
  }
}
