/** Parts of texts, with “…” where something is cut off. No character is cut in two. */

const isLowSurrogate = (text: string, at: number): boolean => /[\uDC00-\uDFFF]/.test(text.charAt(at));

/** The beginning of a text, of about `most` UTF-16 units. */
export function startOf(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, isLowSurrogate(text, most) ? most - 1 : most)}…`;
}

/** The end of a text, of about `most` UTF-16 units. */
export function endOf(text: string, most: number): string {
  if (text.length <= most) return text;
  const from = text.length - most;
  return `…${text.slice(isLowSurrogate(text, from) ? from + 1 : from)}`;
}
