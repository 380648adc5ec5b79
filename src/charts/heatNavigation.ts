/** Moving about in the text's DOM: by token, by word, by position. */
import { spanOf } from './heatBlock.ts';

const isToken = (element: Element | null): element is HTMLElement =>
  element instanceof HTMLElement && element.dataset['i'] !== undefined;

/** The next drawn token in a direction of reading (1 on, -1 back), across blocks; null at the end. */
function neighbour(span: HTMLElement, direction: 1 | -1): HTMLElement | null {
  let next: Element | null = sibling(span, direction);
  while (next && !isToken(next)) next = sibling(next, direction);
  if (next) return next;
  const block = span.parentElement && siblingBlock(span.parentElement, direction);
  const found = block && edge(block, direction);
  return isToken(found) ? found : null;
}

/** The block after or before one, also in the next section. */
function siblingBlock(block: Element, direction: 1 | -1): Element | null {
  const section = block.parentElement && sibling(block.parentElement, direction);
  return sibling(block, direction) ?? (section && edge(section, direction));
}

/** The child that is met first when one comes from the other side. */
const edge = (parent: Element, direction: 1 | -1): Element | null =>
  direction === 1 ? parent.firstElementChild : parent.lastElementChild;

const sibling = (element: Element, direction: 1 | -1): Element | null =>
  direction === 1 ? element.nextElementSibling : element.previousElementSibling;

/** The first token of the next or of the previous word. */
function neighbourWord(span: HTMLElement, direction: 1 | -1): HTMLElement | null {
  let next = neighbour(span, direction);
  while (next && !startsWord(next)) next = neighbour(next, direction);
  return next;
}

/** True where whitespace lies before the token's first letter. */
const startsWord = (span: HTMLElement): boolean =>
  /^\s+\S/.test(span.textContent) || /\s$/.test(neighbour(span, -1)?.textContent ?? ' ');

/**
 * Moves the focus along the text for an arrow key, by word with Shift. Right is on, unless the block reads from
 * right to left.
 *
 * @returns false if the key is none of these.
 */
export function followArrow(event: KeyboardEvent): boolean {
  const { key, shiftKey, target } = event;
  const isArrow = key === 'ArrowRight' || key === 'ArrowLeft';
  if (!isArrow || !(target instanceof HTMLElement) || event.ctrlKey || event.altKey || event.metaKey)
    return false;
  const block = target.closest('.block');
  const isRightToLeft = block !== null && getComputedStyle(block).direction === 'rtl';
  const direction = (key === 'ArrowRight') === isRightToLeft ? -1 : 1;
  const next = (shiftKey ? neighbourWord : neighbour)(target, direction);
  next?.focus();
  return true;
}

/** Sections of the text, or the blocks of one, in order. */
const partsOf = (parent: Element, kind: 'section' | 'block'): NodeListOf<HTMLElement> =>
  parent.querySelectorAll<HTMLElement>(`.${kind}`);

/** The element of the block that holds a token; null while its section is not drawn. */
export function blockElement(scroller: HTMLElement, token: number): HTMLElement | null {
  const holds = ({ dataset }: HTMLElement): boolean => Number(dataset['end']) > token;
  const section = firstWhere(partsOf(scroller, 'section'), holds);
  return section && firstWhere(partsOf(section, 'block'), holds);
}

/** Brings a token, whose section is drawn, to the top of the view, and into focus if asked. */
export function revealToken(scroller: HTMLElement, token: number, focus: boolean): void {
  const block = blockElement(scroller, token);
  if (!block) return;
  scrollToTop(scroller, block, 8);
  // A block is drawn when it comes into view; its token can be found a frame after that.
  requestAnimationFrame(() => {
    requestAnimationFrame(() => {
      const span = spanOf(block, token);
      if (!span) return;
      scrollToTop(scroller, span, 24);
      if (focus) span.focus({ preventScroll: true });
    });
  });
}

/** The first part for which a condition holds that holds for all parts after it, by bisection; else the last one. */
function firstWhere(
  parts: NodeListOf<HTMLElement>,
  condition: (part: HTMLElement) => boolean,
): HTMLElement | null {
  let low = 0;
  let high = parts.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const part = parts[middle];
    if (part && condition(part)) high = middle;
    else low = middle + 1;
  }
  return parts[low] ?? null;
}

/** First token and the one after the last that a scroller shows, to the precision of a part's share. */
export function tokensInView(scroller: HTMLElement): { start: number; end: number } {
  const { top, bottom } = scroller.getBoundingClientRect();
  return { start: tokenAtHeight(scroller, top), end: tokenAtHeight(scroller, bottom) };
}

function tokenAtHeight(scroller: HTMLElement, y: number): number {
  const isBelow = (part: HTMLElement): boolean => part.getBoundingClientRect().bottom > y;
  const section = firstWhere(partsOf(scroller, 'section'), isBelow);
  const part = (section && firstWhere(partsOf(section, 'block'), isBelow)) ?? section;
  if (!part) return 0;
  const { top, height } = part.getBoundingClientRect();
  const start = Number(part.dataset['start']);
  const end = Number(part.dataset['end']);
  const share = height > 0 ? Math.max(0, Math.min(1, (y - top) / height)) : 0;
  return Math.round(start + share * (end - start));
}

/** Scrolls nothing but the scroller, so that the page stays where the reader left it. */
function scrollToTop(scroller: HTMLElement, element: HTMLElement, marginPx: number): void {
  scroller.scrollTop += element.getBoundingClientRect().top - scroller.getBoundingClientRect().top - marginPx;
}
