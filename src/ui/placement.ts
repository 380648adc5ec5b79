/** Where a floating box goes, in pixels of the viewport. */
export interface Placement {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The part of DOMRect that placing needs. */
export interface Anchor {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

/** Distance of the box from its anchor and from the edge of the viewport. */
const GAP = 8;

/**
 * Puts a box under its anchor, above it where there is more room, and always wholly inside the viewport in the
 * direction of reading.
 */
export function placeBelow(anchor: Anchor, box: Size, viewport: Size): Placement {
  const roomBelow = viewport.height - anchor.bottom;
  const below = roomBelow >= box.height + GAP * 2 || roomBelow >= anchor.top;
  const y = below ? anchor.bottom + GAP : anchor.top - GAP - box.height;
  return {
    x: clamp(anchor.left, GAP, viewport.width - box.width - GAP),
    y: clamp(y, GAP, viewport.height - box.height - GAP),
  };
}

const clamp = (value: number, low: number, high: number): number =>
  Math.max(low, Math.min(value, Math.max(low, high)));
