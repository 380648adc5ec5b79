import type { Session } from './session.svelte.ts';

/** Time to move the pointer from a token into its card before it closes, ms. */
const GRACE = 180;

/** Which token's card is open, and why: the pointer rests on it, the keyboard is on it, or it is pinned. */
export class TokenFocus {
  private hovered = $state<number | null>(null);
  private isOpen = $state(false);
  isPinned = $state(false);
  private readonly session: Session;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Token of the open card; null if none is. A pinned card is not replaced by what the pointer passes over. */
  readonly shown = $derived.by(() => {
    const focused = this.isOpen ? this.session.selectedToken : null;
    return this.isPinned ? focused : (this.hovered ?? focused);
  });

  constructor(session: Session) {
    this.session = session;
  }

  /** The pointer is on a token, or on none. */
  hover(token: number | null): void {
    clearTimeout(this.timer);
    if (token !== null) this.hovered = token;
    else
      this.timer = setTimeout(() => {
        this.hovered = null;
      }, GRACE);
  }

  /** The pointer is in the card: it stays. */
  stay(): void {
    clearTimeout(this.timer);
  }

  /** The keyboard is on a token. */
  focus(token: number): void {
    this.session.selectedToken = token;
    this.hovered = null;
    this.isOpen = true;
  }

  /** The keyboard has left the text. */
  blur(): void {
    if (!this.isPinned) this.isOpen = false;
  }

  pin(token: number): void {
    this.focus(token);
    this.isPinned = true;
  }

  /** @returns false if nothing was open. */
  close(): boolean {
    const wasShown = this.shown !== null;
    clearTimeout(this.timer);
    this.hovered = null;
    this.isOpen = false;
    this.isPinned = false;
    return wasShown;
  }
}
