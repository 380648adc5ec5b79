/** The one place that configures onnxruntime-web: its files are ours, no request leaves the origin. */
import * as ort from 'onnxruntime-web/webgpu';
import gpuModule from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import gpuBinary from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import promiseModule from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import promiseBinary from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import plainModule from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import plainBinary from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { GRAPH, MODEL, TYPE } from '../onnx/graphOutline.ts';
import { GraphWriter, PREFIX } from '../onnx/graphWriter.ts';
import { integerField, join, messageField, textField } from '../onnx/protobuf.ts';
import { asMemoscopeError, MemoscopeError } from '../../src/protocol/errors.ts';
import { hasRelaxedSimd, withFusedProducts } from '../wasm/fusedProducts.ts';
import { isKept } from './kept.ts';

/** More threads than this bring nothing for models that fit a page, and starve the rest of the machine. */
const MOST_THREADS = 8;

/** Threads that WebAssembly can use here: one without cross-origin isolation; `auto` leaves one core free. */
export function usableThreads(wanted: number | 'auto'): number {
  if (!globalThis.crossOriginIsolated) return 1;
  const count = wanted === 'auto' ? navigator.hardwareConcurrency - 1 : wanted;
  return Math.max(1, Math.min(MOST_THREADS, Math.floor(count)));
}

/** Builds of the runtime, each a module and its binary. */
const PLAIN = { mjs: plainModule, wasm: plainBinary };
const WITH_WEBGPU = { mjs: gpuModule, wasm: gpuBinary };
/** WebGPU too, on JavaScript Promise Integration: two thirds of the size, and less work for the processor. */
const WITH_PROMISES = { mjs: promiseModule, wasm: promiseBinary };

/** Firefox has promise integration as well, but stalls in it; `userAgentData` tells Chromium apart. */
const gpuBuild = (): typeof PLAIN =>
  'Suspending' in WebAssembly && 'userAgentData' in navigator ? WITH_PROMISES : WITH_WEBGPU;

let configured: { readonly threads: number; readonly build: typeof PLAIN } | null = null;
let isFused = false;
let isStarted = false;

/**
 * Chooses the build of the runtime. Only the first call counts: a worker loads one build, once. The build with
 * WebGPU runs WebAssembly as fast as the plain one, but is twice as large: it is taken if WebGPU is there, or if it
 * alone is in this browser already, as after a visit on another device.
 */
export async function configureRuntime(
  threads: number,
  hasWebGpu: boolean,
): Promise<{ readonly threads: number }> {
  if (configured) return configured;
  const withGpu = gpuBuild();
  const isPlain = !hasWebGpu && ((await isKept(PLAIN.wasm)) || !(await isKept(withGpu.wasm)));
  const build = isPlain ? PLAIN : withGpu;
  ort.env.wasm.wasmPaths = build;
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  configured = { threads, build };
  return configured;
}

/**
 * Hands the runtime its binary with faster matrix products. Without relaxed SIMD, or if the binary cannot be read, the
 * runtime fetches it by itself, and says what is wrong if it cannot.
 */
async function fuseProducts(): Promise<void> {
  if (!configured || !hasRelaxedSimd()) return;
  const response = await fetch(configured.build.wasm).catch(() => null);
  if (!response?.ok) return;
  try {
    const binary = new Uint8Array(await response.arrayBuffer());
    const fused = await withFusedProducts(binary);
    // A build that is not known is not fetched a second time.
    ort.env.wasm.wasmBinary = fused ?? binary;
    isFused = fused !== null;
  } catch (thrown) {
    // A connection that broke, or a page in place of the file.
    if (!(thrown instanceof RangeError || thrown instanceof TypeError)) throw thrown;
  }
}

/** What runs on the processor, in words. */
export const wasmName = (): string => (isFused ? 'WebAssembly relaxed SIMD' : 'WebAssembly SIMD');

/**
 * Starts the runtime with an empty graph, so that it loads while the model is still on its way.
 *
 * @throws {MemoscopeError} `OutOfMemory`, `Internal`.
 */
export async function warmRuntime(): Promise<void> {
  const graph = new GraphWriter('warm');
  graph.output(graph.node('Identity', [graph.input(`${PREFIX}in`, TYPE.float, [1])]), TYPE.float, [1]);
  const model = [
    ...integerField(MODEL.irVersion, 8),
    ...messageField(MODEL.graph, [...textField(GRAPH.name, 'warm'), ...graph.fields()]),
    ...messageField(MODEL.opset, [...textField(1, ''), ...integerField(2, 17)]),
  ];
  try {
    if (!isStarted) await fuseProducts();
    isStarted = true;
    const session = await ort.InferenceSession.create(join(model), { executionProviders: ['wasm'] });
    await session.release();
  } catch (thrown) {
    throw runtimeError(thrown, 'The runtime could not be started');
  }
}

/** True unless the worker has loaded the build without WebGPU already. */
export const canUseWebGpu = (): boolean => configured?.build !== PLAIN;

const MEMORY =
  /out of memory|bad_alloc|\boom\b|allocation failed|failed to allocate|could not allocate|memory\.grow/i;

/** Gives an error of the runtime its kind; `what` says what failed. */
export function runtimeError(thrown: unknown, what: string): MemoscopeError {
  const known = asMemoscopeError(thrown);
  if (known.kind !== 'Internal') return known;
  const text = known.message;
  if (MEMORY.test(text) || thrown instanceof RangeError)
    return new MemoscopeError(
      'OutOfMemory',
      `${what}: out of memory. Close other tabs or use a smaller window.`,
      {
        cause: thrown,
      },
    );
  return new MemoscopeError('Internal', `${what}: ${text}`, { cause: thrown });
}

export { ort };
