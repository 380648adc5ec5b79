/** Rows and columns of logits that one workgroup makes. */
export const TILE = 128;
/** Places of the hidden states that are in the workgroup's memory at once: with TILE, the 16 KiB of every adapter. */
const DEPTH = 16;

const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

/**
 * Loads one of 128 squares of four rows by four places from rows of hidden size, and turns it.
 *
 * @param count how many rows there are.
 */
const loadRows = (source: string, target: string, count: string): string => /* wgsl */ `
fn ${source}At(row: u32, depth4: u32) -> vec4<f32> {
  if (row >= ${count} || depth4 >= sizes.hidden4) { return vec4<f32>(0.0); }
  return ${source}[row * sizes.hidden4 + depth4];
}

fn load_${source}(square: u32, first: u32, firstDepth: u32) {
  let row = first + 4u * (square / ${DEPTH / 4}u);
  let depth4 = square % ${DEPTH / 4}u;
  let at = firstDepth / 4u + depth4;
  let turned = transpose(mat4x4<f32>(
    ${source}At(row, at), ${source}At(row + 1u, at), ${source}At(row + 2u, at), ${source}At(row + 3u, at)));
${times(4, (j) => `  ${target}[4u * depth4 + ${j}u][square / ${DEPTH / 4}u] = turned[${j}];`)}
}
`;

const declarations = (isTransposed: boolean): string => /* wgsl */ `
struct Sizes { hidden4: u32, vocabulary: u32, stride4: u32 }

@group(0) @binding(0) var<storage, read> hidden: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> matrix: array<${isTransposed ? 'vec4<f32>' : 'f32'}>;
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> logits: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> sizes: Sizes;

// By depth, then four rows or columns. Whole vectors are written: of parts, the others may be written with them.
var<workgroup> left: array<array<vec4<f32>, ${TILE / 4}>, ${DEPTH}>;
var<workgroup> right: array<array<vec4<f32>, ${TILE / 4}>, ${DEPTH}>;

fn rows() -> u32 { return arrayLength(&hidden) / sizes.hidden4; }
`;

/** The matrix is `[hidden, vocabulary]`; its rows may begin at any place. */
const PLAIN = /* wgsl */ `
fn matrixAt(depth: u32, column: u32) -> f32 {
  if (depth >= 4u * sizes.hidden4 || column >= sizes.vocabulary) { return 0.0; }
  return matrix[depth * sizes.vocabulary + column];
}

fn load_matrix(square: u32, firstColumn: u32, firstDepth: u32) {
  let column4 = square % ${TILE / 4}u;
  let column = firstColumn + 4u * column4;
  for (var j = 0u; j < 4u; j++) {
    let depth = 4u * (square / ${TILE / 4}u) + j;
    let at = firstDepth + depth;
    right[depth][column4] = vec4<f32>(
      matrixAt(at, column), matrixAt(at, column + 1u), matrixAt(at, column + 2u), matrixAt(at, column + 3u));
  }
}
`;

const MAIN = /* wgsl */ `
fn store(row: u32, column4: u32, value: vec4<f32>) {
  if (row < rows() && column4 < sizes.stride4) { logits[row * sizes.stride4 + column4] = value + bias[column4]; }
}

@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  // Neighbours share columns of the matrix, which is larger than the hidden states.
  let firstRow = group.x * ${TILE}u;
  let firstColumn = group.y * ${TILE}u;
${times(8, (r) => `  var near${r} = vec4<f32>(0.0); var far${r} = vec4<f32>(0.0);`)}
  for (var depth = 0u; depth < 4u * sizes.hidden4; depth += ${DEPTH}u) {
    if (thread < 128u) { load_hidden(thread, firstRow, depth); } else { load_matrix(thread - 128u, firstColumn, depth); }
    workgroupBarrier();
    for (var k = 0u; k < ${DEPTH}u; k++) {
      let a0 = left[k][local.y];
      let a1 = left[k][local.y + 16u];
      let b0 = right[k][local.x];
      let b1 = right[k][local.x + 16u];
${times(8, (r) => `      near${r} += a${r >> 2}[${r & 3}] * b0; far${r} += a${r >> 2}[${r & 3}] * b1;`)}
    }
    workgroupBarrier();
  }
  let row = firstRow + 4u * local.y;
  let column4 = firstColumn / 4u + local.x;
${times(8, (r) => `  store(row + ${64 * (r >> 2) + (r & 3)}u, column4, near${r}); store(row + ${64 * (r >> 2) + (r & 3)}u, column4 + 16u, far${r});`)}
}
`;

/**
 * WGSL that makes logits: `hidden [rows, 4 * hidden4] x matrix + bias`, in rows of `4 * stride4` floats, of which the
 * first `vocabulary` count. Each is the sum over the hidden states in their order, whatever rows it is computed with.
 *
 * A workgroup of 256 threads makes 128 x 128 of them, a thread 8 x 8, which stay in its registers.
 */
export const projectionKernel = (isTransposed: boolean): string =>
  [
    declarations(isTransposed),
    loadRows('hidden', 'left', 'rows()'),
    isTransposed ? loadRows('matrix', 'right', 'sizes.vocabulary') : PLAIN,
    MAIN,
  ].join('');
