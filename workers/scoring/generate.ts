import { MemoscopeError } from '../../src/protocol/errors.ts';
import type { GenerateRequest, Generation } from '../../src/protocol/scorer.ts';
import type { KeyValues } from '../model/graphInterface.ts';
import type { OpenModel } from '../openModel.ts';
import type { ForwardBatch } from './batch.ts';
import { yieldTask } from './tasks.ts';

interface Choice {
  readonly id: number;
  readonly logprob: number;
  readonly margin: number;
}

/** Inputs whose last one is to predict the next token. */
function lastRow(ids: readonly number[], seen: number): ForwardBatch {
  const time = ids.length;
  return {
    batch: 1,
    time,
    ids: BigInt64Array.from(ids, BigInt),
    rows: Uint32Array.of(time - 1),
    targets: Uint32Array.of(0),
    context: Uint32Array.of(seen + time),
    pools: 1,
    poolWeights: new Float32Array(time),
  };
}

/** Greedy decoding; the lowest id wins among equal logits. */
export class GreedyDecoder {
  private readonly model: OpenModel;
  private readonly request: GenerateRequest;
  private readonly signal: AbortSignal;
  /** Everything that the model has read or is to read, a start token included. */
  private readonly inputs: number[];
  private past: KeyValues | null = null;
  /** Inputs that lie in `past`, and the first one of them. */
  private seen = 0;
  private windowStart = 0;

  /** @throws {MemoscopeError} `InvalidInput` if there is nothing to continue. */
  constructor(model: OpenModel, request: GenerateRequest, signal: AbortSignal) {
    const { startTokenId } = model.facts;
    this.model = model;
    this.request = request;
    this.signal = signal;
    this.inputs = [...(request.atStart && startTokenId !== null ? [startTokenId] : []), ...request.ids];
    if (this.inputs.length === 0)
      throw new MemoscopeError('InvalidInput', 'There is no text to continue; type at least one word.');
  }

  /** Decodes until `maxTokens`, or until cancelled, keeping what is there. */
  async run(onToken: (id: number) => unknown): Promise<Generation> {
    const chosen: Choice[] = [];
    try {
      while (chosen.length < this.request.maxTokens) {
        await yieldTask();
        if (this.signal.aborted) break;
        const choice = await this.next();
        chosen.push(choice);
        this.inputs.push(choice.id);
        await onToken(choice.id);
      }
    } finally {
      this.forget();
    }
    return {
      ids: Uint32Array.from(chosen, ({ id }) => id),
      logprobs: Float32Array.from(chosen, ({ logprob }) => logprob),
      margins: Float32Array.from(chosen, ({ margin }) => margin),
    };
  }

  private async next(): Promise<Choice> {
    this.slide();
    try {
      return await this.step();
    } catch (thrown) {
      if (this.model.device.kind !== 'webgpu') throw thrown;
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      this.forget();
      await this.model.moveToWasm(`WebGPU failed in mid-run (${why})`, this.signal);
      return this.step();
    }
  }

  private async step(): Promise<Choice> {
    const keep = this.model.model.graph.keyValues.length > 0;
    const fresh = this.inputs.slice(this.windowStart + this.seen);
    const { scored, keyValues } = await this.model.model.submit(lastRow(fresh, this.seen), {
      adapter: await this.model.adapters.get(this.request.adapter, this.signal),
      topK: 2,
      past: this.past ?? undefined,
      keep,
    });
    const { records } = await scored;
    this.forget();
    if (keyValues) {
      this.seen = this.inputs.length - this.windowStart;
      this.past = keyValues;
    }
    if (Number.isNaN(records.topLogprobs[0]))
      throw new MemoscopeError('Internal', 'The model returned numbers that are none.');
    return {
      id: records.topIds[0] ?? 0,
      logprob: records.topLogprobs[0] ?? NaN,
      margin: records.margin[0] ?? NaN,
    };
  }

  /** Drops the older half of the context once it is full; the rest is read again. */
  private slide(): void {
    const { contextLength } = this.model.facts;
    if (this.inputs.length - this.windowStart <= contextLength) return;
    this.windowStart = this.inputs.length - Math.ceil(contextLength / 2);
    this.forget();
  }

  /** Gives up the cache. */
  private forget(): void {
    for (const tensor of this.past?.values() ?? []) tensor.dispose();
    this.past = null;
    this.seen = 0;
  }
}
