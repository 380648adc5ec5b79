/** A name that is written near a mark. */
export interface Label {
  readonly text: string;
  /** Middle of the text, and its baseline, pixels. */
  readonly x: number;
  readonly y: number;
}

/** A mark with a name. */
export interface NamedMark {
  readonly text: string;
  /** Middle of the mark, pixels. */
  readonly x: number;
  readonly y: number;
}

/** A rectangle, pixels; y grows downwards. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pixels of a character of the figures' small type, about; of a line; and of what of it is above the baseline. */
const CHARACTER = 5.5;
const LINE = 11;
const ASCENT = 9;
/** From the middle of a mark to its edge, pixels. */
const RADIUS = 6;

/** Where the middle and the baseline of a name may be, seen from its mark; the best place first. */
const placesOf = (half: number): readonly (readonly [dx: number, dy: number])[] => [
  [0, -9],
  // Beside a line that goes down from the mark.
  [half + 1, 17],
  [-half - 1, 17],
  [half - 4, -9],
  [4 - half, -9],
  [half + RADIUS, 4],
  [-half - RADIUS, 4],
];

/** What a line behind a name, and another mark that it seems to belong to, cost: in places further down the list. */
const CROSSING = 1.5;
const AMBIGUITY = 2;

export const areaOf = ({ text, x, y }: Label): Area => {
  const half = (CHARACTER * text.length + 4) / 2;
  return { left: x - half, right: x + half, top: y - ASCENT, bottom: y - ASCENT + LINE };
};

const overlap = (a: Area, b: Area): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const markArea = ({ x, y }: NamedMark): Area => ({
  left: x - RADIUS,
  right: x + RADIUS,
  top: y - RADIUS,
  bottom: y + RADIUS,
});

/** From the middle of a mark to the nearest point of an area, pixels. */
const distance = ({ x, y }: NamedMark, { left, right, top, bottom }: Area): number =>
  Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));

interface Surroundings {
  readonly size: { readonly width: number; readonly height: number };
  /** What must not be covered: marks, and names that are placed. */
  readonly taken: readonly Area[];
  /** What had better not be. */
  readonly lines: readonly Area[];
  /** Marks of other names. */
  readonly others: readonly NamedMark[];
}

/**
 * Writes names near their marks, so that none covers a mark or another name and all lie within the figure's sides:
 * above its mark, else below or beside it, where fewest lines run and no other mark is as near, else above whatever
 * is in the way.
 *
 * @param lines what a name may cover, but better does not.
 * @returns the labels in the order of the marks. O(n^2).
 */
export function placeNames(
  marks: readonly NamedMark[],
  size: Surroundings['size'],
  lines: readonly Area[] = [],
): Label[] {
  const taken: Area[] = marks.map(markArea);
  const labels = [...marks];
  for (const index of [...marks.keys()].sort((a, b) => (marks[a]?.x ?? 0) - (marks[b]?.x ?? 0))) {
    const mark = marks[index];
    if (!mark) continue;
    const others = marks.filter((one) => one !== mark);
    const label = placeName(mark, { size, taken, lines, others });
    taken.push(areaOf(label));
    labels[index] = label;
  }
  return labels;
}

function placeName(mark: NamedMark, { size, taken, lines, others }: Surroundings): Label {
  const { text, x, y } = mark;
  const half = (CHARACTER * text.length + 4) / 2;
  const within = (middle: number): number => Math.max(half, Math.min(size.width - half, middle));
  const isFree = (area: Area): boolean => !taken.some((other) => overlap(area, other));
  const found = placesOf(half)
    .map(([dx, dy], place) => {
      const label = { text, x: within(x + dx), y: y + dy };
      const area = areaOf(label);
      const crossings = lines.filter((line) => overlap(area, line)).length;
      const near = others.filter((other) => distance(other, area) <= distance(mark, area)).length;
      return { label, area, cost: place + CROSSING * crossings + AMBIGUITY * near };
    })
    .filter(({ area }) => area.top >= 0 && area.bottom <= size.height && isFree(area))
    .sort((a, b) => a.cost - b.cost)[0];
  return found?.label ?? raised({ text, x: within(x), y: y - ASCENT }, taken);
}

/** A label moved up until it covers nothing. */
function raised(label: Label, taken: readonly Area[]): Label {
  let free = label;
  for (;;) {
    const area = areaOf(free);
    const other = taken.find((one) => overlap(area, one));
    if (!other) return free;
    free = { ...free, y: other.top - LINE + ASCENT };
  }
}
