import { groupBlocks, type TextBlock } from '../core/textBlocks.ts';
import { pieceBatches, type TextPiece } from '../core/tokenText.ts';
import { afterFrame } from './nextTask.ts';

/** A text cut into pieces and blocks, batch by batch, so that neither cutting nor laying out a book holds up a frame. */
export class TextPieces {
  /** Grows in place, and `blocks` tells when. */
  pieces: readonly TextPiece[] = [];
  blocks = $state.raw<readonly TextBlock[]>([]);

  /**
   * Cuts a text; the first batch is there on return, the others follow one a frame.
   *
   * @param byteStarts `[n + 1]` offsets of the tokens in the UTF-8 of `text`.
   * @returns stops the cutting.
   */
  read(text: string, byteStarts: Uint32Array): () => void {
    const batches = pieceBatches(text, byteStarts);
    let stop = (): void => undefined;
    const pieces: TextPiece[] = [];
    this.pieces = pieces;
    let blocks: readonly TextBlock[] = [];
    const next = (): void => {
      const { value, done } = batches.next();
      if (done) return;
      for (const piece of value) pieces.push(piece);
      blocks = regroup(blocks, pieces);
      this.blocks = blocks;
      stop = afterFrame(next);
    };
    next();
    return () => {
      stop();
    };
  }
}

/** Blocks of a longer list of pieces: the last block may have been cut short by the end of the list, so it goes. */
function regroup(blocks: readonly TextBlock[], pieces: readonly TextPiece[]): TextBlock[] {
  const kept = blocks.slice(0, -1);
  const offset = kept.at(-1)?.end ?? 0;
  const added = groupBlocks(pieces.slice(offset)).map((block) => ({
    ...block,
    start: block.start + offset,
    end: block.end + offset,
  }));
  return [...kept, ...added];
}
