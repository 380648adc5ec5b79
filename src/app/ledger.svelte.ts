import { isElsewhere } from './pageUrl.ts';

/** Every request the page made, so that a visitor can see that none went elsewhere. */
export interface LedgerEntry {
  readonly url: string;
  readonly bytes: number;
  readonly isElsewhere: boolean;
}

export class Ledger {
  entries = $state.raw<readonly LedgerEntry[]>([]);
  readonly elsewhere = $derived(this.entries.filter(({ isElsewhere }) => isElsewhere).length);

  constructor() {
    const add = (list: PerformanceEntryList): void => {
      const made = list
        .filter((entry) => entry instanceof PerformanceResourceTiming)
        .filter(({ name }) => /^https?:/.test(name))
        .map(({ name, transferSize }) => ({
          url: name,
          bytes: transferSize,
          isElsewhere: isElsewhere(name),
        }));
      if (made.length > 0) this.entries = [...this.entries, ...made];
    };
    new PerformanceObserver((list) => {
      add(list.getEntries());
    }).observe({ type: 'resource', buffered: true });
  }
}
