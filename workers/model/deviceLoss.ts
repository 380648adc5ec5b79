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
      const fail = (error: unknown): void => {
        this.waiting.delete(fail);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as the task threw it
        reject(error);
      };
      this.waiting.add(fail);
      if (this.error) setTimeout(fail, GRACE, this.error);
      task.then(
        (value) => {
          this.waiting.delete(fail);
          resolve(value);
        },
        (thrown: unknown) => {
          if (this.error) fail(this.error);
          else
            setTimeout(() => {
              fail(this.error ?? thrown);
            }, GRACE);
        },
      );
    });
  }
}
