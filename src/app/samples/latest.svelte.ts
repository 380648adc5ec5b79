import { asMemoscopeError } from '../../protocol/errors.ts';

/**
 * A result that follows its input: while one input is being worked on, only the newest of those that arrive is kept,
 * and what comes back for an input that is gone is dropped.
 */
export class Latest<Input, Result> {
  result = $state.raw<Result | null>(null);
  isBusy = $state(false);
  problem = $state<string | null>(null);
  private readonly work: (input: Input, show: (result: Result) => void) => Promise<void>;
  private waiting: { readonly input: Input } | null = null;
  /** Counts the times that everything was taken off. */
  private generation = 0;

  /** @param work shows what it has, as often as it has more. */
  constructor(work: (input: Input, show: (result: Result) => void) => Promise<void>) {
    this.work = work;
  }

  clear(): void {
    this.generation++;
    this.waiting = null;
    this.result = null;
    this.problem = null;
  }

  /** Never rejects. */
  async update(input: Input): Promise<void> {
    this.waiting = { input };
    if (this.isBusy) return;
    this.isBusy = true;
    for (let next = this.take(); next; next = this.take()) await this.compute(next.input);
    this.isBusy = false;
  }

  private take(): { readonly input: Input } | null {
    const next = this.waiting;
    this.waiting = null;
    return next;
  }

  private async compute(input: Input): Promise<void> {
    const { generation } = this;
    try {
      await this.work(input, (result) => {
        if (generation === this.generation) this.result = result;
      });
      if (generation === this.generation) this.problem = null;
    } catch (thrown) {
      if (generation === this.generation) this.problem = asMemoscopeError(thrown).message;
    }
  }
}
