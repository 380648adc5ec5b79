/**
 * Runs tasks one after the other. Everything that creates, runs or releases a session goes through one queue,
 * because concurrent use hangs the runtime for good.
 */
export class Queue {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `task` after all earlier ones, whether they succeed or fail. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task, task);
    this.last = result;
    return result;
  }
}
