/** Parts of texts, with “…” where something is cut off. No character is cut in two. */

/** True if a character began before this place and ends behind it. */
export const isInsideCharacter = (text: string, at: number): boolean =>
  /[\uDC00-\uDFFF]/.test(text.charAt(at));

/** The beginning of a text, of about `most` UTF-16 units. */
export function startOf(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, isInsideCharacter(text, most) ? most - 1 : most)}…`;
}

/** The end of a text, of about `most` UTF-16 units. */
export function endOf(text: string, most: number): string {
  if (text.length <= most) return text;
  const from = text.length - most;
  return `…${text.slice(isInsideCharacter(text, from) ? from + 1 : from)}`;
}
