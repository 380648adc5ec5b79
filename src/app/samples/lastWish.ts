import { asMemoscopeError, MemoscopeError } from '../../protocol/errors.ts';

/** Lets what was asked for last win: what an earlier wish brings comes too late, and is dropped. */
export class LastWish {
  /** Wishes so far. */
  count = 0;
  private readonly onProblem: (message: string) => void;

  /** @param onProblem told why the last wish failed, unless it was given up. */
  constructor(onProblem: (message: string) => void) {
    this.onProblem = onProblem;
  }

  /**
   * Never rejects.
   *
   * @param work calls `check` before it changes anything; that throws if something else was asked for meanwhile.
   */
  async follow(work: (check: () => void) => Promise<void>): Promise<void> {
    const mine = ++this.count;
    try {
      await work(() => {
        if (mine !== this.count) throw new MemoscopeError('Cancelled', 'Other samples were asked for.');
      });
    } catch (thrown) {
      const error = asMemoscopeError(thrown);
      // Somebody wanted it so.
      if (error.kind !== 'Cancelled' && mine === this.count) this.onProblem(error.message);
    }
  }
}
