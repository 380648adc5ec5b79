import { tick } from 'svelte';

/** Which of the page's two views is shown; the address says it too, so that it can be linked and gone back to. */
export const VIEWS = ['text', 'samples'] as const;
export type View = (typeof VIEWS)[number];

const HASH = '#samples';

/** The view that an address names. */
export const viewOf = (hash: string): View => (hash === HASH ? 'samples' : 'text');

export class ViewChoice {
  current = $state<View>('text');
  /** How far each view is scrolled, pixels. */
  private readonly places: Record<View, number> = { text: 0, samples: 0 };

  /** Follows the address from now on. */
  follow(): void {
    const read = (): void => {
      this.turnTo(viewOf(location.hash));
    };
    this.current = viewOf(location.hash);
    addEventListener('hashchange', read);
  }

  /** @param isNew true if there is something else in it: then it is shown from its top. */
  show(view: View, isNew = false): void {
    if (view === this.current) return;
    // On the way back the browser would scroll before the view is there.
    history.scrollRestoration = 'manual';
    if (isNew) this.places[view] = 0;
    this.turnTo(view);
    location.hash = view === 'samples' ? HASH : '';
  }

  private turnTo(view: View): void {
    if (view === this.current) return;
    this.places[this.current] = scrollY;
    this.current = view;
    void tick().then(() => {
      scrollTo(0, this.places[view]);
    });
  }
}
