/** Which parts of a scrolled text are near its view: those that are worth drawing in full. */

/** What counts as near, and how many parts may come and go in one frame: about 5 ms of work. */
interface NearnessSettings {
  /** Distance from the view, in percent of its height. */
  readonly margin: number;
  readonly changesPerFrame: number;
}

/** Told whenever a part has come near the view or left it. */
type OnChange = (isNear: boolean) => void;

/**
 * One observer for all parts of a scroller; the first part watched tells which. Of a text that flies past, parts stay
 * as they were until it rests.
 */
export class Nearness {
  private readonly settings: NearnessSettings;
  private readonly listeners = new Map<Element, OnChange>();
  /** Parts to be told of, oldest first; one that came and went in the meantime is not drawn at all. */
  private readonly due = new Map<Element, boolean>();
  private readonly near = new WeakSet<Element>();
  private observer: IntersectionObserver | null = null;
  private frame = 0;

  constructor(settings: NearnessSettings) {
    this.settings = settings;
  }

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
    return new IntersectionObserver(report, { root, rootMargin: `${this.settings.margin}%` });
  }

  /** As many leave as come, so that what is drawn stays bounded however fast the text flies. */
  private tell(): void {
    const all = [...this.due];
    const come = all.filter(([, isNear]) => isNear).slice(0, this.settings.changesPerFrame);
    const left = all.filter(([, isNear]) => !isNear).slice(0, this.settings.changesPerFrame);
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
