/**
 * The inner loop of matrix products as WebAssembly with fused multiply-add (`f32x4.relaxed_madd`). It keeps the
 * contract of `MlasSgemmKernel` of onnxruntime (core/mlas/lib/wasm_simd/SgemmKernelWasmSimd.cpp), so that it can take
 * its place:
 *
 *     rows handled = kernel(A, B, C, countK, countM, countN, lda, ldc, alpha)
 *
 * C[m][n] = alpha sum_k A[m][k] B[k][n] (or C[m][n] += the same) for as many rows from the first as it likes. A and C
 * lie row by row, `lda` and `ldc` elements apart. B is packed in panels of 16 columns, each with its rows one after
 * another, the last filled up with zeros.
 *
 * Six rows by eight columns fill 12 of the processor's 16 vector registers with sums: two vectors of B and one value
 * of A are live beside them. Every sum adds its products in the order of k, whichever rows are handled together, so
 * that a row's result does not depend on the rows beside it.
 */
import { unsigned } from './binary.ts';

const TYPE = { i32: 0x7f, v128: 0x7b } as const;
const PANEL_COLUMNS = 16;
const LANES = 4;
const FLOAT_BYTES = 4;
const VECTOR_BYTES = LANES * FLOAT_BYTES;
/** Bytes of one row of a panel. */
const PANEL_BYTES = PANEL_COLUMNS * FLOAT_BYTES;

/** Most rows first: as long as there are so many, they are handled together. */
const TILES = [
  { rows: 6, vectors: 2 },
  { rows: 4, vectors: 2 },
  { rows: 2, vectors: 4 },
  { rows: 1, vectors: 4 },
] as const;
const MOST_ROWS = 6;
const MOST_VECTORS = 4;
const MOST_SUMS = 12;
/** Values of k for which the inner loop is written out. */
const UNROLLED = 2;

type Code = readonly number[];

/** Parameters in the order of the contract; locals after them. */
const PARAMETER = {
  a: 0,
  b: 1,
  c: 2,
  countK: 3,
  countM: 4,
  countN: 5,
  lda: 6,
  ldc: 7,
  alpha: 8,
} as const;
const INTEGERS = 9;
const LOCAL = {
  strideA: INTEGERS,
  strideC: INTEGERS + 1,
  panel: INTEGERS + 2,
  half: INTEGERS + 3,
  b: INTEGERS + 4,
  k: INTEGERS + 5,
  c: INTEGERS + 6,
  rows: INTEGERS + 7,
} as const;
const VECTORS = LOCAL.rows + MOST_ROWS;
const SCALE = VECTORS;
const VALUE = VECTORS + 1;
const COLUMNS = VECTORS + 2;
const SUMS = COLUMNS + MOST_VECTORS;

const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number): Code => [0x21, ...unsigned(local)];
/** Small constants only: one byte, or two where the sign bit would be set. */
const constant = (value: number): Code =>
  value < 64 ? [0x41, value] : [0x41, (value & 127) | 128, value >> 7];
const ADD: Code = [0x6a];
const SUBTRACT: Code = [0x6b];
const MULTIPLY: Code = [0x6c];
const EXCLUSIVE_OR: Code = [0x73];
const SHIFT_LEFT: Code = [0x74];
const AT_LEAST: Code = [0x4f];
const IS_ZERO: Code = [0x45];
const RETURN: Code = [0x0f];
const END: Code = [0x0b];
const BLOCK: Code = [0x02, 0x40];
const LOOP: Code = [0x03, 0x40];
const IF: Code = [0x04, 0x40];
const breakIf = (depth: number): Code => [0x0d, depth];
/** Alignment (none promised) and offset of a load or store. */
const at = (offset: number): Code => [0, ...unsigned(offset)];
const loadVector = (offset: number): Code => [0xfd, 0x00, ...at(offset)];
const loadToAllLanes = (offset: number): Code => [0xfd, 0x09, ...at(offset)];
const storeVector = (offset: number): Code => [0xfd, 0x0b, ...at(offset)];
const loadFloat = (offset: number): Code => [0x2a, ...at(offset)];
const storeFloat = (offset: number): Code => [0x38, ...at(offset)];
const ADD_FLOAT: Code = [0x92];
const lane = (index: number): Code => [0xfd, 0x1f, index];
const TO_ALL_LANES: Code = [0xfd, 0x13];
const ADD_VECTORS: Code = [0xfd, ...unsigned(0xe4)];
const MULTIPLY_VECTORS: Code = [0xfd, ...unsigned(0xe6)];
const MULTIPLY_ADD: Code = [0xfd, ...unsigned(0x105)];
const ZEROS: Code = [0xfd, 0x0c, ...new Array<number>(VECTOR_BYTES).fill(0)];

const increase = (local: number, by: Code): Code => [...get(local), ...by, ...ADD, ...set(local)];
const decrease = (local: number, by: Code): Code => [...get(local), ...by, ...SUBTRACT, ...set(local)];
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Rows and vectors of columns that are handled together; `adds` tells whether C is added to or replaced. */
interface Tile {
  readonly rows: number;
  readonly vectors: number;
  readonly adds: boolean;
}

const rowAt = (row: number): number => LOCAL.rows + row;
const eachRow = ({ rows }: Tile, of: (row: number) => Code): Code => range(rows).flatMap(of);
const eachVector = ({ vectors }: Tile, of: (vector: number) => Code): Code => range(vectors).flatMap(of);
const sumOf = ({ vectors }: Tile, row: number, vector: number): number => SUMS + row * vectors + vector;
const eachSum = (tile: Tile, of: (sum: number) => Code): Code =>
  eachRow(tile, (row) => eachVector(tile, (vector) => of(sumOf(tile, row, vector))));

/** Adds the products of the next `count` values of k. */
function steps(tile: Tile, count: number): Code {
  const step = (u: number): Code => [
    ...eachVector(tile, (vector) => [
      ...get(LOCAL.b),
      ...loadVector(u * PANEL_BYTES + vector * VECTOR_BYTES),
      ...set(COLUMNS + vector),
    ]),
    ...eachRow(tile, (row) => [
      ...get(rowAt(row)),
      ...loadToAllLanes(u * FLOAT_BYTES),
      ...set(VALUE),
      ...eachVector(tile, (vector) => [
        ...get(VALUE),
        ...get(COLUMNS + vector),
        ...get(sumOf(tile, row, vector)),
        ...MULTIPLY_ADD,
        ...set(sumOf(tile, row, vector)),
      ]),
    ]),
  ];
  return [
    ...range(count).flatMap(step),
    ...eachRow(tile, (row) => increase(rowAt(row), constant(count * FLOAT_BYTES))),
    ...increase(LOCAL.b, constant(count * PANEL_BYTES)),
    ...decrease(LOCAL.k, constant(count)),
  ];
}

/** Sums over all k, then scales them; leaves the pointers to A where they were. */
function products(tile: Tile): Code {
  const enough: Code = [...get(LOCAL.k), ...constant(UNROLLED), ...AT_LEAST];
  return [
    ...eachSum(tile, (sum) => [...ZEROS, ...set(sum)]),
    ...get(PARAMETER.countK),
    ...set(LOCAL.k),
    ...[...enough, ...IF, ...LOOP],
    ...steps(tile, UNROLLED),
    ...[...enough, ...breakIf(0), ...END, ...END],
    ...[...get(LOCAL.k), ...IF],
    ...steps(tile, 1),
    ...END,
    ...eachRow(tile, (row) =>
      decrease(rowAt(row), [...get(PARAMETER.countK), ...constant(FLOAT_BYTES), ...MULTIPLY]),
    ),
    ...eachSum(tile, (sum) => [...get(sum), ...get(SCALE), ...MULTIPLY_VECTORS, ...set(sum)]),
  ];
}

/** Writes one row after another; `write` finds the row's address in `LOCAL.c`. */
const toRows = (tile: Tile, write: (row: number) => Code): Code => [
  ...get(PARAMETER.c),
  ...set(LOCAL.c),
  ...eachRow(tile, (row) => [
    ...write(row),
    ...(row < tile.rows - 1 ? increase(LOCAL.c, get(LOCAL.strideC)) : []),
  ]),
];

/** Writes all columns of the tile. */
const storeAll = (tile: Tile): Code =>
  toRows(tile, (row) =>
    eachVector(tile, (vector) => [
      ...get(LOCAL.c),
      ...get(sumOf(tile, row, vector)),
      ...(tile.adds ? [...get(LOCAL.c), ...loadVector(vector * VECTOR_BYTES), ...ADD_VECTORS] : []),
      ...storeVector(vector * VECTOR_BYTES),
    ]),
  );

/** Writes the last columns, which do not fill the tile. */
const storeSome = (tile: Tile): Code => [
  ...BLOCK,
  ...range(tile.vectors * LANES - 1).flatMap((column) => [
    ...[...get(PARAMETER.countN), ...constant(column + 1), ...AT_LEAST, ...IS_ZERO, ...breakIf(0)],
    ...toRows(tile, (row) => [
      ...get(LOCAL.c),
      ...get(sumOf(tile, row, Math.floor(column / LANES))),
      ...lane(column % LANES),
      ...(tile.adds ? [...get(LOCAL.c), ...loadFloat(column * FLOAT_BYTES), ...ADD_FLOAT] : []),
      ...storeFloat(column * FLOAT_BYTES),
    ]),
  ]),
  ...END,
];

/** Goes on to the next columns: in the same panel if the tile is narrower than that, else in the next. */
function advance({ vectors }: Tile): Code {
  const columns = vectors * LANES;
  const panelBytes: Code = [...get(PARAMETER.countK), ...constant(PANEL_BYTES), ...MULTIPLY];
  const nextPanel = increase(LOCAL.panel, panelBytes);
  const half: Code = [...get(LOCAL.half), ...constant(columns * FLOAT_BYTES), ...EXCLUSIVE_OR];
  return [
    ...increase(PARAMETER.c, constant(columns * FLOAT_BYTES)),
    ...(columns === PANEL_COLUMNS
      ? nextPanel
      : [...half, ...set(LOCAL.half), ...get(LOCAL.half), ...IS_ZERO, ...IF, ...nextPanel, ...END]),
    ...decrease(PARAMETER.countN, constant(columns)),
  ];
}

/** All columns of the first rows; returns how many rows that were. */
function allColumns(tile: Tile): Code {
  const columns = tile.vectors * LANES;
  const done: Code = [...constant(tile.rows), ...RETURN];
  return [
    ...eachRow(tile, (row) => [
      ...[...get(PARAMETER.a), ...get(LOCAL.strideA), ...constant(row), ...MULTIPLY, ...ADD],
      ...set(rowAt(row)),
    ]),
    ...[...get(PARAMETER.b), ...set(LOCAL.panel), ...constant(0), ...set(LOCAL.half)],
    ...LOOP,
    ...[...get(LOCAL.panel), ...get(LOCAL.half), ...ADD, ...set(LOCAL.b)],
    ...products(tile),
    ...[...get(PARAMETER.countN), ...constant(columns), ...AT_LEAST, ...IS_ZERO, ...IF],
    ...[...storeSome(tile), ...done, ...END],
    ...storeAll(tile),
    ...advance(tile),
    ...[...get(PARAMETER.countN), ...breakIf(0), ...END],
    ...done,
  ];
}

/**
 * Body of the kernel: its locals and instructions.
 *
 * @param adds whether it adds to C or replaces what is there.
 */
export function matrixKernel(adds: boolean): Uint8Array {
  const inBytes = (elements: number, local: number): Code => [
    ...get(elements),
    ...constant(2),
    ...SHIFT_LEFT,
    ...set(local),
  ];
  return Uint8Array.from([
    2,
    ...[...unsigned(VECTORS - INTEGERS), TYPE.i32],
    ...[...unsigned(SUMS + MOST_SUMS - VECTORS), TYPE.v128],
    ...inBytes(PARAMETER.lda, LOCAL.strideA),
    ...inBytes(PARAMETER.ldc, LOCAL.strideC),
    ...[...get(PARAMETER.alpha), ...TO_ALL_LANES, ...set(SCALE)],
    ...TILES.flatMap(({ rows, vectors }) => [
      ...[...get(PARAMETER.countM), ...constant(rows), ...AT_LEAST, ...IF],
      ...allColumns({ rows, vectors, adds }),
      ...END,
    ]),
    ...constant(0),
    ...END,
  ]);
}
