/** URL of a file that ships with the page, wherever the page is hosted. */
export const pageUrl = (path: string): string => new URL(path, document.baseURI).href;

/** True if a URL is of another host than the page's. */
export const isElsewhere = (url: string): boolean => new URL(url).origin !== location.origin;
