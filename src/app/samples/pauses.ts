/** Longest piece of work on the page's own thread, ms: well below what a hand notices. */
const SLICE = 12;

/** Long work in short pieces, so that the page answers in between. */
export class Pauses {
  private since = performance.now();

  /** To be awaited between two pieces; gives way if the last slice is over. */
  async pause(): Promise<void> {
    if (performance.now() - this.since < SLICE) return;
    await new Promise((resolve) => {
      setTimeout(resolve);
    });
    this.since = performance.now();
  }
}
