/** The DOM of one block of the text: spans made once, recoloured by class. No framework, for 100,000 of them. */

import { SPACES, spaceGlyph } from './whitespace.ts';

/** What is drawn as one target: whole grapheme clusters, so possibly several byte tokens. */
export interface HeatPiece {
  readonly text: string;
  /** Tokens `[start, end)`. */
  readonly start: number;
  readonly end: number;
}

/** Classes of a token under every mode at once; the mode in force is an attribute of the text's root. */
export type ClassesOf = (token: number) => string;

/** Fills an element with a span for each piece. */
export function drawPieces(block: HTMLElement, pieces: readonly HeatPiece[], glyphs: boolean): void {
  block.replaceChildren(...pieces.map((piece) => drawPiece(piece, glyphs)));
}

/** Fills an element with the same text and nothing else: it can be found, copied and laid out. */
export function writePieces(block: HTMLElement, pieces: readonly HeatPiece[]): void {
  block.textContent = pieces.map(({ text }) => text).join('');
}

/** Fills an element with the plain text of several blocks, laid out as they would be. */
export function writePlain(section: HTMLElement, blocks: readonly (readonly HeatPiece[])[]): void {
  section.replaceChildren(
    ...blocks.map((pieces) => {
      const block = document.createElement('div');
      block.dir = 'auto';
      writePieces(block, pieces);
      return block;
    }),
  );
}

function drawPiece({ text, start, end }: HeatPiece, glyphs: boolean): HTMLElement {
  const span = document.createElement('span');
  span.dataset['testid'] = 'token';
  span.dataset['i'] = String(start);
  span.tabIndex = -1;
  if (glyphs && SPACES.test(text)) span.append(...withGlyphs(text));
  else span.textContent = text;
  if (end - start > 1) span.append(byteMarks(start, end));
  return span;
}

/** Whitespace keeps its own characters, so that copies stay exact; the sign is laid over it by style. */
function withGlyphs(text: string): Node[] {
  return text
    .split(SPACES)
    .filter((part) => part !== '')
    .map((part) => {
      if (!SPACES.test(part)) return document.createTextNode(part);
      const glyph = document.createElement('i');
      glyph.textContent = part;
      glyph.dataset['glyph'] = spaceGlyph(part);
      return glyph;
    });
}

/** One small mark for each token inside a cluster. */
function byteMarks(start: number, end: number): HTMLElement {
  const marks = document.createElement('span');
  marks.className = 'bytes';
  marks.ariaHidden = 'true';
  for (let token = start; token < end; token++) {
    const mark = document.createElement('i');
    mark.dataset['byte'] = String(token);
    marks.append(mark);
  }
  return marks;
}

/** Writes the classes that changed; the selected token's own classes stay. */
export function colourPieces(block: HTMLElement, classesOf: ClassesOf): void {
  for (const span of block.children) {
    if (!(span instanceof HTMLElement) || span.dataset['i'] === undefined) continue;
    setClasses(span, classesOf(Number(span.dataset['i'])));
    for (const mark of span.querySelectorAll<HTMLElement>('[data-byte]'))
      setClasses(mark, classesOf(Number(mark.dataset['byte'])));
  }
}

function setClasses(element: HTMLElement, classes: string): void {
  if (element.className !== classes) element.className = classes;
}

/** The span of a token, or of the cluster it is part of. */
export function spanOf(root: ParentNode, token: number): HTMLElement | null {
  const exact = root.querySelector<HTMLElement>(`[data-i="${token}"]`);
  return exact ?? root.querySelector<HTMLElement>(`[data-byte="${token}"]`)?.closest('[data-i]') ?? null;
}

/** The token under the pointer or with the focus, from the target of an event. */
export function tokenOf(target: EventTarget | null): number | null {
  if (!(target instanceof Element)) return null;
  const span = target.closest<HTMLElement>('[data-i]');
  return span ? Number(span.dataset['i']) : null;
}

/** Makes one span of a block the text's tab stop; null takes the tab stop away from the block. */
export function markTabStop(block: HTMLElement, token: number | null): void {
  for (const old of block.querySelectorAll<HTMLElement>('[role="button"]')) {
    old.role = null;
    old.tabIndex = -1;
  }
  const span = token === null ? null : spanOf(block, token);
  if (!span) return;
  span.role = 'button';
  span.tabIndex = 0;
}

/** Marks the token that is looked at; null takes the mark away from the block. */
export function markSelected(block: HTMLElement, token: number | null): void {
  for (const old of block.querySelectorAll<HTMLElement>('[aria-current]')) old.ariaCurrent = null;
  const span = token === null ? null : spanOf(block, token);
  if (span) span.ariaCurrent = 'true';
}
