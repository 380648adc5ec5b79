/**
 * Makes matrix products in onnxruntime-web faster where the browser has relaxed SIMD. The published builds multiply
 * and add in two instructions and handle two rows at a time; the two functions that do nearly all of a model's
 * arithmetic are replaced by `matrixKernel`. This is done when the runtime is loaded, so that one file serves all
 * browsers. Any other build than the known ones is left as it is: slower, and right.
 */
import { sha256 } from '../model/files.ts';
import { findFunctions, withBodies } from './binary.ts';
import { matrixKernel } from './matrixKernel.ts';

/** (A, B, C, countK, countM, countN, lda, ldc: i32, alpha: f32) -> i32. */
const SIGNATURE = [9, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7d, 1, 0x7f];

/** SHA-256 of the bodies of `MlasSgemmKernelZero` and `MlasSgemmKernelAdd` in onnxruntime-web's builds. */
const KNOWN = {
  replaces: 'f7728808b5f87253962b9f639f830459c0961fbc2cd2f8463534e97ae5a7e534',
  adds: '9e72cc3a5fb5a445d440bf86c3de4b8bb338ee3773f763c730af6227034c8f08',
} as const;

/** A module of one function that makes three vectors and a fused product of them. */
const PROBE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0],
  ...[3, 2, 1, 0],
  ...[10, 20, 1, 18, 0],
  ...[0x41, 0, 0xfd, 0x11, 0x41, 0, 0xfd, 0x11, 0x41, 0, 0xfd, 0x11],
  ...[0xfd, 0x85, 0x02, 0x1a, 0x0b],
]);

/** Whether this browser has `f32x4.relaxed_madd`. */
export const hasRelaxedSimd = (): boolean => WebAssembly.validate(PROBE);

/** The runtime with faster matrix products, or null if it is not a build that is known here. */
export async function withFusedProducts(
  binary: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { section, functions } = findFunctions(binary, SIGNATURE);
  const hashes = await Promise.all(functions.map(({ start, end }) => sha256(binary.slice(start, end))));
  const bodies = functions.flatMap((body, index) => {
    const hash = hashes[index];
    if (hash !== KNOWN.replaces && hash !== KNOWN.adds) return [];
    return [[body, matrixKernel(hash === KNOWN.adds)] as const];
  });
  // One without the other would round the rows of one product in two ways.
  return bodies.length === 2 ? withBodies(binary, section, bodies) : null;
}
