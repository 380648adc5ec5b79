/** Shows at which edges of a region that scrolls sideways something is hidden. */

type Place = Pick<Element, 'scrollLeft' | 'clientWidth' | 'scrollWidth'>;

/** Sides behind which there is more: `start`, `end`, both, or none (an empty string). */
export function moreBeyond({ scrollLeft, clientWidth, scrollWidth }: Place): string {
  // Negative where the text runs from right to left; a pixel is rounding.
  const hidden = Math.abs(scrollLeft);
  return [hidden > 1 ? 'start' : '', scrollWidth - clientWidth - hidden > 1 ? 'end' : '']
    .filter((side) => side !== '')
    .join(' ');
}

/** Attachment of a frame around one scrolling child: keeps the frame's `data-more`, which the styles draw as a shadow. */
export function scrollEdges(frame: HTMLElement): () => void {
  const scroller = frame.firstElementChild;
  const update = (): void => {
    if (scroller) frame.dataset['more'] = moreBeyond(scroller);
  };
  const sizes = new ResizeObserver(update);
  for (const element of [scroller, scroller?.firstElementChild]) if (element) sizes.observe(element);
  scroller?.addEventListener('scroll', update, { passive: true });
  return () => {
    sizes.disconnect();
    scroller?.removeEventListener('scroll', update);
  };
}
