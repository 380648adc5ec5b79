/** A name that is written near a mark. */
export interface Label {
  readonly text: string;
  /** Middle of the text, and its baseline, pixels. */
  readonly x: number;
  readonly y: number;
}

/** Pixels of a character of the figures' small type, about, and of a line. */
const CHARACTER = 6;
const LINE = 11;

const widthOf = ({ text }: Label): number => CHARACTER * text.length + 4;

const overlaps = (a: Label, b: Label): boolean =>
  Math.abs(a.x - b.x) < (widthOf(a) + widthOf(b)) / 2 && Math.abs(a.y - b.y) < LINE;

/**
 * Moves names up until none covers another, and in from the sides until all lie within the width. The lowest keep
 * their place. Names of marks that are very near each other end up in a stack. O(n^2).
 *
 * @returns the labels in their order.
 */
export function spreadLabels(labels: readonly Label[], width: number): Label[] {
  const placed: { readonly index: number; readonly label: Label }[] = [];
  const order = labels.map((label, index) => ({ label, index })).sort((a, b) => b.label.y - a.label.y);
  for (const { label, index } of order) {
    const half = widthOf(label) / 2;
    let candidate = { ...label, x: Math.max(half, Math.min(width - half, label.x)) };
    for (let isFree = false; !isFree;) {
      const other = placed.find((one) => overlaps(one.label, candidate));
      isFree = !other;
      if (other) candidate = { ...candidate, y: other.label.y - LINE };
    }
    placed.push({ index, label: candidate });
  }
  return placed.sort((a, b) => a.index - b.index).map(({ label }) => label);
}
