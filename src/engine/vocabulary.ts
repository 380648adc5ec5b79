/** UTF-8 bytes of tokens by id: what it takes to print an alternative without the model. */
export class Vocabulary {
  readonly bytes: Uint8Array;
  /** `[tokens + 1]` */
  readonly starts: Uint32Array;
  private readonly rows: ReadonlyMap<number, number> | null;

  /**
   * @param bytes UTF-8 of all listed tokens, end to end.
   * @param starts `[tokens + 1]` where each starts in `bytes`.
   * @param ids of the listed tokens, in the same order; left out if they are 0, 1, 2, ...
   */
  constructor(bytes: Uint8Array, starts: Uint32Array, ids?: Uint32Array) {
    this.bytes = bytes;
    this.starts = starts;
    this.rows = ids ? new Map(Array.from(ids, (id, row) => [id, row])) : null;
  }

  /** Bytes of a token; empty if it is not listed. */
  bytesOf(id: number): Uint8Array {
    const row = this.rows ? this.rows.get(id) : id;
    if (row === undefined || row + 1 >= this.starts.length) return new Uint8Array(0);
    return this.bytes.subarray(this.starts[row], this.starts[row + 1]);
  }

  /** Text of a token; bytes that are only part of a character are written as `<F0 9F>`. */
  textOf(id: number): string {
    return printable(this.bytesOf(id));
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 as text, or the bytes in hexadecimal where they are no whole characters. */
export function printable(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return `<${Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ')}>`;
  }
}
