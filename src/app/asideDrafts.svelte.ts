/** A sample in the text view. */
export interface OpenedSample {
  readonly text: string;
  /** Where it stands. */
  readonly title: string;
}

/** Texts that a visitor had in the box when a sample was opened in their place. */
export class AsideDrafts {
  /** The sample that was opened last; null if none was. */
  sample = $state.raw<OpenedSample | null>(null);
  /** The text that comes back next stands last. */
  private kept = $state.raw<readonly string[]>([]);

  /** The text that comes back next; null if there is none. */
  readonly next = $derived.by(() => this.kept.at(-1) ?? null);

  /** Puts a sample in the place of a draft, which is kept unless it is nothing or a sample itself. */
  put(draft: string, sample: OpenedSample): void {
    if (this.isOwn(draft) && draft !== sample.text)
      this.kept = [...this.kept.filter((text) => text !== draft), draft];
    this.sample = sample;
  }

  /** Takes the next text back for a draft, which is kept as well. @returns null if there is none. */
  take(draft: string): string | null {
    const { next } = this;
    if (next === null) return null;
    const others = this.kept.slice(0, -1);
    this.kept = this.isOwn(draft) ? [draft, ...others] : others;
    this.sample = null;
    return next;
  }

  /** True for a text that would be lost. */
  private isOwn(draft: string): boolean {
    return draft.trim() !== '' && draft !== this.sample?.text;
  }
}
