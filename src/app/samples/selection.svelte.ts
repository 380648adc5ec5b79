/** Which samples are selected, in table and panels alike; every change can be taken back. */

// Sets are replaced as a whole, never changed: plain ones are enough.
/* eslint-disable svelte/prefer-svelte-reactivity */

const MOST_UNDO = 100;

function areSame(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  if (one.size !== other.size) return false;
  for (const index of one) if (!other.has(index)) return false;
  return true;
}

export class Selection {
  private chosen = $state.raw<ReadonlySet<number>>(new Set());
  private past = $state.raw<readonly ReadonlySet<number>[]>([]);
  private future = $state.raw<readonly ReadonlySet<number>[]>([]);

  readonly size = $derived(this.chosen.size);
  readonly canUndo = $derived(this.past.length > 0);
  readonly canRedo = $derived(this.future.length > 0);

  /** Indices of the selected samples. */
  get indices(): ReadonlySet<number> {
    return this.chosen;
  }

  has(index: number): boolean {
    return this.chosen.has(index);
  }

  /** Selects exactly these samples. */
  choose(indices: Iterable<number>): void {
    const next = new Set(indices);
    if (areSame(next, this.chosen)) return;
    this.past = [...this.past, this.chosen].slice(-MOST_UNDO);
    this.future = [];
    this.chosen = next;
  }

  /** Adds samples, or takes them out if all of them are selected. */
  toggle(indices: readonly number[]): void {
    const next = new Set(this.chosen);
    const areIn = indices.every((index) => next.has(index));
    for (const index of indices)
      if (areIn) next.delete(index);
      else next.add(index);
    this.choose(next);
  }

  clear(): void {
    this.choose([]);
  }

  undo(): void {
    const last = this.past.at(-1);
    if (!last) return;
    this.future = [this.chosen, ...this.future];
    this.past = this.past.slice(0, -1);
    this.chosen = last;
  }

  redo(): void {
    const [next, ...rest] = this.future;
    if (!next) return;
    this.past = [...this.past, this.chosen];
    this.future = rest;
    this.chosen = next;
  }

  /** Forgets everything: the samples are others now. @param indices of those that are selected from the start. */
  reset(indices: Iterable<number> = []): void {
    this.chosen = new Set(indices);
    this.past = [];
    this.future = [];
  }
}
