/** One tab stop for a group of controls: arrow keys move within it. */

/** Where a control is, pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const middle = ({ left, width }: Box): number => left + width / 2;

/** The nearest control of the next line below (`down`) or above; `at` if there is none. */
function acrossLines(at: number, boxes: readonly Box[], down: boolean): number {
  const from = boxes[at];
  if (!from) return at;
  const distance = ({ top, height }: Box): number =>
    down ? top - (from.top + from.height) : from.top - (top + height);
  // A pixel is rounding.
  const beyond = [...boxes.keys()].filter((place) => distance(boxes[place] ?? from) > -1 && place !== at);
  const nearest = Math.min(...beyond.map((place) => distance(boxes[place] ?? from)));
  const line = beyond.filter((place) => {
    const box = boxes[place] ?? from;
    return distance(box) < nearest + box.height / 2;
  });
  const aside = (place: number): number => Math.abs(middle(boxes[place] ?? from) - middle(from));
  return line.reduce((best, place) => (aside(place) < aside(best) ? place : best), line[0] ?? at);
}

/**
 * Which control of a group a key leads to; null for a key that is not for moving.
 *
 * @param at place of the one that has the focus.
 * @param boxes of all, in the order of the page.
 */
export function nextPlace(key: string, at: number, boxes: readonly Box[]): number | null {
  const last = boxes.length - 1;
  switch (key) {
    case 'ArrowRight':
      return Math.min(last, at + 1);
    case 'ArrowLeft':
      return Math.max(0, at - 1);
    case 'ArrowDown':
      return acrossLines(at, boxes, true);
    case 'ArrowUp':
      return acrossLines(at, boxes, false);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** Attachment of a group of buttons: arrow keys, Home and End move the focus among them. */
export function arrowKeys(group: HTMLElement): () => void {
  const press = (event: KeyboardEvent): void => {
    const { key, target, ctrlKey, metaKey, altKey, shiftKey } = event;
    if (ctrlKey || metaKey || altKey || shiftKey) return;
    const all = [...group.querySelectorAll('button')];
    const at = all.findIndex((button) => button === target);
    const boxes = all.map((button) => button.getBoundingClientRect());
    const next = at < 0 ? null : nextPlace(key, at, boxes);
    if (next === null) return;
    event.preventDefault();
    all[next]?.focus();
  };
  group.addEventListener('keydown', press);
  return () => {
    group.removeEventListener('keydown', press);
  };
}
