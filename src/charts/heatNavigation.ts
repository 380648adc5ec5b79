/** Moving about in the text's DOM: by token, by word, by position. */
import { spanOf } from './heatBlock.ts';

const isToken = (element: Element | null): element is HTMLElement =>
  element instanceof HTMLElement && element.dataset['i'] !== undefined;

/** The next drawn token in a direction of reading (1 on, -1 back), across blocks; null at the end. */
function neighbour(span: HTMLElement, direction: 1 | -1): HTMLElement | null {
  let next: Element | null = sibling(span, direction);
  while (next && !isToken(next)) next = sibling(next, direction);
  if (next) return next;
  const block = span.parentElement && sibling(span.parentElement, direction);
  const edge = block && (direction === 1 ? block.firstElementChild : block.lastElementChild);
  return isToken(edge ?? null) ? (edge as HTMLElement) : null;
}

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

/** Blocks by their first tokens. */
type BlockStarts = readonly { readonly start: number }[];

/** The element of the block that holds a token. */
export const blockElement = (scroller: HTMLElement, blocks: BlockStarts, token: number): HTMLElement | null =>
  scroller.querySelectorAll<HTMLElement>('.block')[blockOf(blocks, token)] ?? null;

/** Brings a token to the top of the view, and into focus if asked. */
export function revealToken(scroller: HTMLElement, blocks: BlockStarts, token: number, focus: boolean): void {
  const block = blockElement(scroller, blocks, token);
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

/** Number of the block that holds a token, by bisection over the blocks' first tokens. */
export function blockOf(blocks: BlockStarts, token: number): number {
  let low = 0;
  let high = blocks.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((blocks[middle]?.start ?? Infinity) <= token) low = middle;
    else high = middle;
  }
  return low;
}

/** First token and the one after the last that a scroller shows, to the precision of a block's share. */
export function tokensInView(scroller: HTMLElement): { start: number; end: number } {
  const box = scroller.getBoundingClientRect();
  const blocks = scroller.querySelectorAll<HTMLElement>('.block');
  return { start: tokenAtHeight(blocks, box.top), end: tokenAtHeight(blocks, box.bottom) };
}

function tokenAtHeight(blocks: NodeListOf<HTMLElement>, y: number): number {
  let low = 0;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle]?.getBoundingClientRect().bottom ?? 0) > y) high = middle;
    else low = middle + 1;
  }
  const block = blocks[low];
  if (!block) return 0;
  const { top, height } = block.getBoundingClientRect();
  const start = Number(block.dataset['start']);
  const end = Number(block.dataset['end']);
  const share = height > 0 ? Math.max(0, Math.min(1, (y - top) / height)) : 0;
  return Math.round(start + share * (end - start));
}

/** Scrolls nothing but the scroller, so that the page stays where the reader left it. */
function scrollToTop(scroller: HTMLElement, element: HTMLElement, marginPx: number): void {
  scroller.scrollTop += element.getBoundingClientRect().top - scroller.getBoundingClientRect().top - marginPx;
}
