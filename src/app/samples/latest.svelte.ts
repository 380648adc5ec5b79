import { asMemoscopeError } from '../../protocol/errors.ts';

/**
 * @param show shows what there is, as often as there is more.
 * @param isWanted false once there is another input, or none: what takes long is not begun then.
 */
type Work<Input, Result> = (
  input: Input,
  show: (result: Result) => void,
  isWanted: () => boolean,
) => Promise<void>;

/**
 * A result that follows its input: while one input is being worked on, only the newest of those that arrive is kept,
 * and what comes back for an input that is gone is dropped.
 */
export class Latest<Input, Result> {
  result = $state.raw<Result | null>(null);
  isBusy = $state(false);
  problem = $state<string | null>(null);
  private readonly work: Work<Input, Result>;
  private waiting: { readonly input: Input } | null = null;
  /** Counts the times that everything was taken off. */
  private generation = 0;

  constructor(work: Work<Input, Result>) {
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
      await this.work(
        input,
        (result) => {
          if (generation === this.generation) this.result = result;
        },
        () => generation === this.generation && this.waiting === null,
      );
      if (generation === this.generation) this.problem = null;
    } catch (thrown) {
      if (generation === this.generation) this.problem = asMemoscopeError(thrown).message;
    }
  }
}
