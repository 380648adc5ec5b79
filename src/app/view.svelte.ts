/** Which of the page's two views is shown; the address says it too, so that it can be linked and gone back to. */
export const VIEWS = ['text', 'samples'] as const;
export type View = (typeof VIEWS)[number];

const HASH = '#samples';

/** The view that an address names. */
export const viewOf = (hash: string): View => (hash === HASH ? 'samples' : 'text');

export class ViewChoice {
  current = $state<View>('text');

  /** Follows the address from now on. */
  follow(): void {
    const read = (): void => {
      this.current = viewOf(location.hash);
    };
    read();
    addEventListener('hashchange', read);
  }

  show(view: View): void {
    if (view === this.current) return;
    this.current = view;
    location.hash = view === 'samples' ? HASH : '';
  }
}
