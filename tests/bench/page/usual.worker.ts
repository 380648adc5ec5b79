/**
 * The usual way, to compare with: transformers.js runs the model, all logits come to JavaScript, and a loop there
 * takes softmax, rank and entropy.
 */
import { AutoModelForCausalLM, env, Tensor } from '@huggingface/transformers';
import { expose } from 'comlink';
import * as ort from 'onnxruntime-web/webgpu';
import mjsUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';

env.useWasmCache = false;
env.useBrowserCache = false;
env.allowRemoteModels = false;
env.allowLocalModels = true;
ort.env.wasm.wasmPaths = { wasm: wasmUrl, mjs: mjsUrl };

type Model = Awaited<ReturnType<typeof AutoModelForCausalLM.from_pretrained>>;
let model: Model | null = null;

interface Scores {
  readonly logprob: Float32Array;
  readonly rank: Float32Array;
  readonly entropy: Float32Array;
}

/** Softmax, rank and entropy of each row against the next token, in double precision. */
function scoreRows(logits: Float32Array, vocabulary: number, targets: Uint32Array): Scores {
  const rows = targets.length;
  const scores = {
    logprob: new Float32Array(rows),
    rank: new Float32Array(rows),
    entropy: new Float32Array(rows),
  };
  for (let row = 0; row < rows; row++) {
    const from = row * vocabulary;
    const target = logits[from + (targets[row] ?? 0)] ?? NaN;
    let max = -Infinity;
    let rank = 1;
    for (let at = from; at < from + vocabulary; at++) {
      const logit = logits[at] ?? NaN;
      if (logit > max) max = logit;
      if (logit > target) rank++;
    }
    let sum = 0;
    let weighted = 0;
    for (let at = from; at < from + vocabulary; at++) {
      const shifted = (logits[at] ?? NaN) - max;
      const exponential = Math.exp(shifted);
      sum += exponential;
      weighted += shifted * exponential;
    }
    scores.logprob[row] = target - max - Math.log(sum);
    scores.rank[row] = rank;
    scores.entropy[row] = Math.log(sum) - weighted / sum;
  }
  return scores;
}

const api = {
  async open(folder: string, id: string, device: 'webgpu' | 'wasm', threads: number): Promise<void> {
    env.localModelPath = folder;
    ort.env.wasm.numThreads = threads;
    model = await AutoModelForCausalLM.from_pretrained(id, { dtype: 'fp32', device });
  },

  /** The same for a model in memory. */
  async openBlob(graph: Blob, config: string, device: 'webgpu' | 'wasm', threads: number): Promise<void> {
    const answer = (url: string): Response => {
      if (url.endsWith('config.json') && !url.endsWith('generation_config.json')) return new Response(config);
      if (!url.endsWith('model.onnx')) return new Response(null, { status: 404 });
      return new Response(graph, { headers: { 'content-length': String(graph.size) } });
    };
    env.fetch = (input) => Promise.resolve(answer(String(input)));
    await api.open('/', 'generated', device, threads);
  },

  /** One window; returns the log-probabilities of tokens 1 .. T-1 and the bytes that came to JavaScript. */
  async score(ids: Uint32Array): Promise<{ logprob: Float32Array; bytesToJs: number }> {
    if (!model) throw new Error('open a model first');
    const dims = [1, ids.length];
    const output = (await model({
      input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), dims),
      attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), dims),
    })) as { logits: Tensor };
    const logits = output.logits.data as Float32Array;
    const vocabulary = output.logits.dims[2] ?? 0;
    const { logprob } = scoreRows(logits, vocabulary, ids.subarray(1));
    return { logprob, bytesToJs: logits.byteLength };
  },
};

export type UsualApi = typeof api;
expose(api);
