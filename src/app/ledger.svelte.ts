import { requestsIn, type MadeRequest } from '../protocol/requests.ts';
import { isElsewhere } from './pageUrl.ts';

/** Every request the page made, so that a visitor can see that none went elsewhere. */
export interface LedgerEntry extends MadeRequest {
  readonly isElsewhere: boolean;
}

export class Ledger {
  entries = $state.raw<readonly LedgerEntry[]>([]);
  readonly elsewhere = $derived(this.entries.filter(({ isElsewhere }) => isElsewhere).length);

  constructor() {
    new PerformanceObserver((list) => {
      this.add(requestsIn(list));
    }).observe({ type: 'resource', buffered: true });
  }

  /** Enters requests that the page's workers made: the browser shows a page only its own. */
  add(made: readonly MadeRequest[]): void {
    const entries = made.map((request) => ({ ...request, isElsewhere: isElsewhere(request.url) }));
    if (entries.length > 0) this.entries = [...this.entries, ...entries];
  }
}
