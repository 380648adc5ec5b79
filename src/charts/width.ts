import type { Attachment } from 'svelte/attachments';

/**
 * Tells an element's inner width in px, at first and whenever it changes. Unlike `bind:clientWidth` it waits for
 * the browser's own layout: to ask for the width while the page is being built forces a layout of all of it.
 */
export const widthOf =
  (onWidth: (width: number) => void): Attachment =>
  (element) => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) onWidth(Math.round(entry.contentRect.width));
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  };
