/** Blocks of a text in sections: of a million tokens, hundreds of parts to keep an eye on instead of ten thousand. */

/** Pieces that are drawn together, with what their colours depend on. */
export interface Block {
  /** Tokens `[start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly pieceStart: number;
  readonly pieceEnd: number;
  readonly stamp: string;
}

export interface Section {
  /** Tokens `[start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly blocks: readonly Block[];
}

/** Some 2,000 tokens: more than a view shows. */
const BLOCKS = 16;

/** @param before the last result: a section whose blocks are the same objects stays the same object. */
export function sectionsOf(blocks: readonly Block[], before: readonly Section[]): Section[] {
  const sections: Section[] = [];
  for (let from = 0; from < blocks.length; from += BLOCKS) {
    const some = blocks.slice(from, from + BLOCKS);
    const old = before[sections.length];
    const isSame = old?.blocks.length === some.length && some.every((block, i) => block === old.blocks[i]);
    sections.push(isSame ? old : { start: some[0]?.start ?? 0, end: some.at(-1)?.end ?? 0, blocks: some });
  }
  return sections;
}
