import type { Attachment } from 'svelte/attachments';

type Side = 'width' | 'height';

/**
 * Tells an element's inner size in px, at first and whenever it changes. Unlike `bind:clientWidth` it waits for
 * the browser's own layout: to ask for the size while the page is being built forces a layout of all of it.
 */
const sideOf =
  (side: Side) =>
  (onSize: (pixels: number) => void): Attachment =>
  (element) => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) onSize(Math.round(entry.contentRect[side]));
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  };

export const widthOf = sideOf('width');
export const heightOf = sideOf('height');
