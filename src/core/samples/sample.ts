/** A text of the user's data, with what stood beside it in the file. */
export interface Sample {
  /** Position in the import, from 0. */
  readonly id: number;
  /** File name, or `pasted`. */
  readonly source: string;
  /** Line on which the sample begins in its file, from 1. */
  readonly line: number;
  /** Null if the data give no split; then the text is split by token counts. */
  readonly prefix: string | null;
  readonly suffix: string | null;
  /** Prefix and suffix joined exactly as they are scored, or the whole text. */
  readonly text: string;
  /** Every other column. A column that is absent from the file is absent here. */
  readonly columns: Readonly<Record<string, CellValue>>;
  /** Tokens of the text where they are known: of a window, which is cut from those of its whole text. */
  readonly tokens?: SampleTokens;
}

/** Token t covers the bytes from `byteStarts[t]` to `byteStarts[t + 1]` of the text's UTF-8. */
export interface SampleTokens {
  readonly ids: Uint32Array;
  /** `[tokens + 1]` */
  readonly byteStarts: Uint32Array;
}

export type CellValue = string | number | boolean | null;

/** A row that gave no sample. */
export interface Problem {
  readonly source: string;
  /** Line on which the row begins, from 1. */
  readonly line: number;
  readonly reason: string;
  /** The row's beginning, on one line. */
  readonly excerpt: string;
}

/**
 * A column beside the text. `numeric`: every value is a number or missing, with one number at least. `categorical`:
 * few values that come again. `text`: anything else, such as ids.
 */
export interface Column {
  readonly name: string;
  readonly kind: 'categorical' | 'numeric' | 'text';
  /** Number of different values, missing ones left out. */
  readonly distinct: number;
}

/** What was read, and what could not be. */
export interface ImportResult {
  readonly samples: Sample[];
  readonly problems: Problem[];
  /**
   * `text`, `prompt/completion`, `prefix/suffix`, `question/answer`, `instruction`, `messages`, `mapped`, `lines`,
   * `paragraphs` or `file`; `unknown` if no file has columns that are known, so that a mapping is needed; several,
   * joined by ` + `, if the files differ.
   */
  readonly shape: string;
  /** The columns beside the text; all columns while the shape is unknown. */
  readonly columns: Column[];
  /** First rows of files whose shape is unknown. */
  readonly rows?: readonly Sample['columns'][];
}

/** Why a row gives no sample; caught by the importer, which lists it. */
export class BadRow extends Error {
  override readonly name = 'BadRow';
}

/** One record of a file before its meaning is known: a span of the file's text, and its value or what is wrong. */
export type Row = {
  readonly line: number;
  /** UTF-16 span in the text of the file. */
  readonly start: number;
  readonly end: number;
} & ({ readonly value: unknown } | { readonly reason: string });
