import { asMemoscopeError } from '../protocol/errors.ts';

/**
 * Does a task again, once, if its worker died under it: the next call starts a new worker with the model.
 *
 * @throws {MemoscopeError} what the task throws; `WorkerDied` if that happens again.
 */
export async function despiteOneDeath<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (thrown) {
    if (asMemoscopeError(thrown).kind !== 'WorkerDied' || signal.aborted) throw thrown;
    return task();
  }
}
