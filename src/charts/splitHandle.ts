import { tokenOf } from './heatBlock.ts';

/**
 * The cut between prefix and suffix: a slider that flows with the text, dragged by pointer or moved by keys.
 * One element, placed before the first token of the suffix.
 */
export function createSplitHandle(onmove: (token: number) => void): HTMLElement {
  const handle = document.createElement('span');
  handle.className = 'split-handle';
  handle.role = 'slider';
  handle.tabIndex = 0;
  handle.ariaLabel = 'Cut between prefix and suffix';
  handle.dataset['testid'] = 'split';
  handle.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    handle.focus();
    followPointer(onmove);
  });
  handle.addEventListener('keydown', (event) => {
    const target = keyTarget(event, Number(handle.ariaValueNow), Number(handle.ariaValueMax));
    if (target === null) return;
    event.preventDefault();
    event.stopPropagation();
    onmove(target);
  });
  return handle;
}

/** Listens on the document: the handle moves in the tree while it is dragged and would lose a capture. */
function followPointer(onmove: (token: number) => void): void {
  const dragging = new AbortController();
  const { signal } = dragging;
  const follow = (event: PointerEvent): void => {
    // A card may lie over the text.
    const tokens = document.elementsFromPoint(event.clientX, event.clientY).map(tokenOf);
    const token = tokens.find((found) => found !== null);
    if (token !== undefined) onmove(token);
  };
  const release = (): void => {
    dragging.abort();
  };
  document.addEventListener('pointermove', follow, { signal });
  document.addEventListener('pointerup', release, { signal });
  document.addEventListener('pointercancel', release, { signal });
}

function keyTarget({ key, shiftKey }: KeyboardEvent, now: number, last: number): number | null {
  const step = shiftKey ? 10 : 1;
  const targets: Record<string, number> = {
    ArrowLeft: now - step,
    ArrowDown: now - step,
    ArrowRight: now + step,
    ArrowUp: now + step,
    PageUp: now - 50,
    PageDown: now + 50,
    Home: 1,
    End: last,
  };
  const target = targets[key];
  return target === undefined ? null : Math.max(1, Math.min(last, target));
}

/** Puts the handle before a token's span and keeps the focus where it was. */
export function placeSplitHandle(
  handle: HTMLElement,
  span: HTMLElement,
  token: number,
  tokens: number,
): void {
  const hadFocus = document.activeElement === handle;
  handle.ariaValueMin = '1';
  handle.ariaValueMax = String(Math.max(1, tokens - 1));
  handle.ariaValueNow = String(token);
  handle.ariaValueText = `suffix begins at token ${token + 1} of ${tokens}`;
  if (span.previousElementSibling !== handle) span.before(handle);
  if (hadFocus) handle.focus({ preventScroll: true });
}
