/** Whitespace made visible: middle dot, arrow for a tab, return arrow; longer runs of spaces with their count. */
export function spaceGlyph(space: string): string {
  if (space.includes('\n') || space.includes('\r')) return '↵';
  if (space === '\t') return '→';
  return space.length > 2 ? `·${space.length}` : '·'.repeat(space.length);
}

/** Stretches that are shown as one glyph. */
export const SPACES = /( +|\t|\r?\n|\r|\u00a0|\u3000)/;

/** A token as it is named in tables and cards, where its spaces must be seen. */
export const withSpacesShown = (text: string): string =>
  text
    .split(SPACES)
    .map((part) => (SPACES.test(part) ? spaceGlyph(part) : part))
    .join('');
