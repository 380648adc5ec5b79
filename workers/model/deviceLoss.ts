/** What a lost graphics device means for the work that waits for it. */
import { MemoscopeError } from '../../src/protocol/errors.ts';

/**
 * A loss shows in several ways at once: the runtime fails with an error that says something else, or waits for
 * ever, and the device tells of it before or after. For this long the others may come first, ms.
 */
const GRACE = 500;

export class DeviceLoss {
  private error: MemoscopeError | null = null;
  /** Ends of the tasks under way. A set of its own: racing a promise as old as the device would keep every result. */
  private readonly waiting = new Set<(error: MemoscopeError) => void>();

  constructor(device: GPUDevice) {
    void device.lost.then(({ message }) => {
      const why = message.replace(/\.$/, '') || 'no reason given';
      const error = new MemoscopeError('DeviceLost', `the graphics device was lost: ${why}`);
      this.error = error;
      setTimeout(() => {
        for (const fail of this.waiting) fail(error);
      }, GRACE);
    });
  }

  get isLost(): boolean {
    return this.error !== null;
  }

  /**
   * Waits for work on the device.
   *
   * @throws {MemoscopeError} `DeviceLost` if it failed because of a loss, or would never end; else what it throws.
   */
  guard<T>(task: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      if (this.error) setTimeout(reject, GRACE, this.error);
      this.explain(task)
        .then(resolve, reject)
        .finally(() => this.waiting.delete(reject));
    });
  }

  /**
   * Waits for work to end by itself: a pass that the runtime has begun must not be left, since the runtime takes up
   * no other until it is over.
   *
   * @throws {MemoscopeError} `DeviceLost` if it failed because of a loss; else what it throws.
   */
  async explain<T>(task: Promise<T>): Promise<T> {
    try {
      return await task;
    } catch (thrown) {
      if (!this.error) await new Promise((resolve) => setTimeout(resolve, GRACE));
      throw this.error ?? thrown;
    }
  }
}
