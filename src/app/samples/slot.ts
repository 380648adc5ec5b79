/** Work that a later call of the same kind replaces. */
export class Slot {
  private controller = new AbortController();

  next(): AbortSignal {
    this.controller.abort();
    this.controller = new AbortController();
    return this.controller.signal;
  }

  stop(): void {
    this.controller.abort();
  }
}
