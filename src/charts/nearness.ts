/** Which blocks of a scrolled text are near its view: those that are worth drawing in full. */

/** Distance that counts as near, in heights of the view. */
const MARGIN = '100%';

/** Told whenever a block comes near the view or leaves it. */
type OnChange = (isNear: boolean) => void;

/** One observer for all blocks of a scroller; the first block watched tells which. */
export class Nearness {
  private readonly listeners = new Map<Element, OnChange>();
  private observer: IntersectionObserver | null = null;

  /** @returns stops watching. */
  watch(block: HTMLElement, onChange: OnChange): () => void {
    this.observer ??= this.observe(block.closest('.heat-scroll'));
    const { observer } = this;
    this.listeners.set(block, onChange);
    observer.observe(block);
    return () => {
      this.listeners.delete(block);
      observer.unobserve(block);
    };
  }

  private observe(root: Element | null): IntersectionObserver {
    const report = (entries: readonly IntersectionObserverEntry[]): void => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting || !isHeld(target)) this.listeners.get(target)?.(isIntersecting);
    };
    return new IntersectionObserver(report, { root, rootMargin: MARGIN });
  }
}

/** True if the focus or the reader's selection is in a block: drawing it anew would take them away. */
function isHeld(block: Element): boolean {
  if (block.contains(document.activeElement)) return true;
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(block, true);
}
