/** Which blocks of a scrolled text are near its view: those that are worth drawing in full. */

/** Distance that counts as near, in heights of the view. */
const MARGIN = '60%';
/** Blocks that are drawn in one frame, and that are given up: about 5 ms of work. A text that flies past stays plain until it rests. */
const CHANGES_PER_FRAME = 4;

/** Told whenever a block has come near the view or left it. */
type OnChange = (isNear: boolean) => void;

/** One observer for all blocks of a scroller; the first block watched tells which. */
export class Nearness {
  private readonly listeners = new Map<Element, OnChange>();
  /** Blocks to be told of, oldest first; one that came and went in the meantime is not drawn at all. */
  private readonly due = new Map<Element, boolean>();
  private readonly near = new WeakSet<Element>();
  private observer: IntersectionObserver | null = null;
  private frame = 0;

  /** @returns stops watching. */
  watch(block: HTMLElement, onChange: OnChange): () => void {
    this.observer ??= this.observe(block.closest('.heat-scroll'));
    const { observer } = this;
    this.listeners.set(block, onChange);
    observer.observe(block);
    return () => {
      this.listeners.delete(block);
      this.due.delete(block);
      observer.unobserve(block);
    };
  }

  private observe(root: Element | null): IntersectionObserver {
    const report = (entries: readonly IntersectionObserverEntry[]): void => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting === this.near.has(target)) this.due.delete(target);
        else this.due.set(target, isIntersecting);
      if (this.due.size > 0 && this.frame === 0) this.tell();
    };
    return new IntersectionObserver(report, { root, rootMargin: MARGIN });
  }

  /** As many leave as come, so that what is drawn stays bounded however fast the text flies. */
  private tell(): void {
    const all = [...this.due];
    const come = all.filter(([, isNear]) => isNear).slice(0, CHANGES_PER_FRAME);
    const left = all.filter(([, isNear]) => !isNear).slice(0, CHANGES_PER_FRAME);
    for (const [block, isNear] of [...come, ...left]) {
      this.due.delete(block);
      if (!isNear && isHeld(block)) continue;
      if (isNear) this.near.add(block);
      else this.near.delete(block);
      this.listeners.get(block)?.(isNear);
    }
    this.frame =
      this.due.size > 0
        ? requestAnimationFrame(() => {
            this.tell();
          })
        : 0;
  }
}

/** True if the focus or the reader's selection is in a block: drawing it anew would take them away. */
function isHeld(block: Element): boolean {
  if (block.contains(document.activeElement)) return true;
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(block, true);
}
