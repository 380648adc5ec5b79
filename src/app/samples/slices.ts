/** Long work on the page in slices, so that no task blocks it. */
import { nextTask } from '../nextTask.ts';

/** Longest slice, ms: a frame holds one with room to spare. */
const SLICE = 10;

export class Slices {
  private since = performance.now();

  /** True if a slice is over: then {@link rest} is due. */
  get isOver(): boolean {
    return performance.now() - this.since > SLICE;
  }

  /** Gives way if a slice is over: to be awaited between two pieces of work. */
  async pause(): Promise<void> {
    if (this.isOver) await this.rest();
  }

  /** Runs steps to their end and gives way between them. */
  async finish<T>(steps: Iterator<unknown, T>): Promise<T> {
    let step = steps.next();
    for (; !step.done; step = steps.next()) if (this.isOver) await this.rest();
    return step.value;
  }

  /** Gives way to everything that waits. */
  async rest(): Promise<void> {
    await nextTask();
    this.since = performance.now();
  }
}
