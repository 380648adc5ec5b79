import { asMemoscopeError, type MemoscopeError } from '../protocol/errors.ts';

/** The one thing that the page works on: a new job stops the one before and waits until that has put its work away. */
export class CurrentJob {
  private controller: AbortController | null = null;
  private ending: Promise<void> = Promise.resolve();

  /**
   * Runs a job.
   *
   * @param onEnd told how it ended, unless another job or {@link leave} has taken its place.
   * @returns when it has ended; never rejects.
   */
  start(
    job: (signal: AbortSignal) => Promise<void>,
    onEnd: (failure: MemoscopeError | null) => void,
  ): Promise<void> {
    this.stop();
    const { signal } = (this.controller = new AbortController());
    this.ending = this.ending.then(async () => {
      let failure: MemoscopeError | null = null;
      try {
        signal.throwIfAborted();
        await job(signal);
      } catch (thrown) {
        failure = asMemoscopeError(thrown);
      }
      if (this.has(signal)) onEnd(failure);
    });
    return this.ending;
  }

  /** Asks the job to stop; it is still told of. */
  stop(): void {
    this.controller?.abort();
  }

  /** Stops the job and hears no more of it. */
  leave(): void {
    this.stop();
    this.controller = null;
  }

  /** True for the signal of the job that was started last. */
  has(signal: AbortSignal): boolean {
    return this.controller?.signal === signal;
  }
}
