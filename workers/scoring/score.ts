import { emptyRecords } from '../../src/core/tokenRecords.ts';
import { asMemoscopeError, MemoscopeError } from '../../src/protocol/errors.ts';
import type { DeviceReport, ScoreChunk, ScoreRequest, ScoreSummary } from '../../src/protocol/scorer.ts';
import type { Scored } from '../head/readRecords.ts';
import type { OpenModel } from '../openModel.ts';
import { type ForwardBatch, layOut } from './batch.ts';
import { chunksOf } from './chunks.ts';
import { yieldTask } from './tasks.ts';
import { batchWindows, planWindows, type Window } from './windows.ts';

/** Alternatives that the engine can keep for a token. */
const MOST_ALTERNATIVES = 64;

/** A batch on its way through the device; one result for each pass. */
interface Work {
  readonly windows: readonly Window[];
  readonly batch: ForwardBatch;
  pending: Promise<Scored[]>;
}

const invalid = (message: string): MemoscopeError => new MemoscopeError('InvalidInput', message);

/** @throws {MemoscopeError} `InvalidInput`. */
function checkSequences({ ids, offsets, starts, prefixes, from }: ScoreRequest): void {
  if (offsets[0] !== 0 || offsets[offsets.length - 1] !== ids.length)
    throw invalid(`Offsets must run from 0 to ${ids.length}, the number of tokens.`);
  if (offsets.some((offset, index) => index > 0 && offset < (offsets[index - 1] ?? 0)))
    throw invalid('Offsets must not fall.');
  if (starts && starts.length !== offsets.length - 1)
    throw invalid(`${starts.length} starts for ${offsets.length - 1} sequences.`);
  if (prefixes && prefixes.length !== offsets.length - 1)
    throw invalid(`${prefixes.length} prefixes for ${offsets.length - 1} sequences.`);
  if (!(from >= 0 && from <= ids.length)) throw invalid(`Position ${from} is outside the text.`);
}

/** @throws {MemoscopeError} `InvalidInput`. */
function check(request: ScoreRequest, contextLength: number, vocabularySize: number): void {
  const { ids, windows, passes } = request;
  checkSequences(request);
  const { length, stride } = windows;
  if (!(length >= 2 && length <= contextLength))
    throw invalid(`A window of ${length} tokens does not fit; the model takes 2 to ${contextLength}.`);
  if (!(stride >= 1 && stride <= length))
    throw invalid(`A stride of ${stride} is not within 1 to ${length}.`);
  const outside = ids.find((id) => id >= vocabularySize);
  if (outside !== undefined) throw invalid(`Token ${outside} is not in the vocabulary of the model.`);
  const topK = passes.find((pass) => !(pass.topK >= 1 && pass.topK <= MOST_ALTERNATIVES));
  if (topK) throw invalid(`${topK.topK} alternatives cannot be kept; choose 1 to ${MOST_ALTERNATIVES}.`);
}

/** One run over all sequences of a request. */
export class ScoreRun {
  private readonly model: OpenModel;
  private readonly request: ScoreRequest;
  private readonly deliver: (chunk: ScoreChunk) => unknown;
  private readonly signal: AbortSignal;
  private readonly queued: Work[] = [];
  private readonly startedAt = performance.now();
  private delivered: unknown = null;
  /** The device that the last chunk came from. */
  private told: DeviceReport | null = null;
  private end: number;
  private bytesToJs = 0;
  private failed = 0;

  /**
   * @param deliver takes a chunk; the run waits for what it returns before it delivers the next but one.
   * @throws {MemoscopeError} `InvalidInput`.
   */
  constructor(
    model: OpenModel,
    request: ScoreRequest,
    deliver: (chunk: ScoreChunk) => unknown,
    signal: AbortSignal,
  ) {
    check(request, model.facts.contextLength, model.info.vocabularySize);
    this.model = model;
    this.request = request;
    this.deliver = deliver;
    this.signal = signal;
    this.end = request.from;
  }

  /** Scores until the end or until cancelled. @throws {MemoscopeError} as `ScorerApi.score`. */
  async run(): Promise<ScoreSummary> {
    const plan = planWindows({ ...this.request, hasStartToken: this.model.facts.startTokenId !== null });
    for (const windows of batchWindows(plan, this.model.capacity)) {
      await yieldTask();
      if (this.signal.aborted) break;
      const batch = layOut(windows, this.request.ids, this.model.facts.startTokenId, this.request.prefixes);
      const work: Work = { windows, batch, pending: Promise.resolve([]) };
      this.queued.push(work);
      await this.launch(work);
      if (this.queued.length >= this.model.depth) await this.finishOldest();
    }
    while (this.queued.length > 0) await this.finishOldest();
    await this.delivered;
    return {
      end: this.end,
      elapsedMs: performance.now() - this.startedAt,
      bytesToJs: this.bytesToJs,
      failed: this.failed,
      device: this.model.device,
    };
  }

  /** Queues all passes of a batch on the device. A failure waits in `pending`. */
  private async launch(work: Work): Promise<void> {
    if (work.batch.rows.length === 0) return;
    const results: Promise<Scored>[] = [];
    try {
      for (const { adapter, topK } of this.request.passes) {
        if (results.length > 0) await this.checkpoint();
        const tensors = await this.model.adapters.get(adapter, this.signal);
        const { scored } = await this.model.model.submit(work.batch, { adapter: tensors, topK });
        // It is awaited in its turn; until then, as while the next pass is queued, a failure must not count as unhandled.
        scored.catch(() => undefined);
        results.push(scored);
      }
      work.pending = Promise.all(results);
    } catch (thrown) {
      work.pending = Promise.reject(asMemoscopeError(thrown));
    }
    work.pending.catch(() => undefined);
  }

  /** Gives a cancellation the chance to arrive; between the passes of a batch it gives the batch up. */
  private async checkpoint(): Promise<void> {
    await yieldTask();
    this.signal.throwIfAborted();
  }

  private async finishOldest(): Promise<void> {
    const [work] = this.queued;
    if (!work) return;
    const scored = await this.resultsOf(work);
    const { device } = this.model;
    this.queued.shift();
    if (!scored) {
      this.queued.length = 0;
      return;
    }
    await this.delivered;
    const chunks = chunksOf(work.windows, work.batch, this.padded(scored));
    this.delivered = Promise.all(chunks.map((chunk) => this.deliver(this.withDevice(chunk, device))));
    this.end = work.windows.at(-1)?.to ?? this.end;
  }

  /** Names the device with the first chunk that it computed. */
  private withDevice(chunk: ScoreChunk, device: DeviceReport): ScoreChunk {
    if (device === this.told) return chunk;
    this.told = device;
    return { ...chunk, device };
  }

  /**
   * The results of a batch; if WebGPU fails, WebAssembly computes it and all that is queued behind it. Null if it
   * was given up because of a cancellation.
   */
  private async resultsOf(work: Work): Promise<Scored[] | null> {
    try {
      const scored = await work.pending;
      if (this.model.device.kind === 'webgpu' && scored.some(hasFailures))
        throw new MemoscopeError('DeviceLost', 'WebGPU returned numbers that are none');
      for (const { bytes } of scored) this.bytesToJs += bytes;
      for (const result of scored) this.failed += discardFailures(result);
      return scored;
    } catch (thrown) {
      if (this.signal.aborted) return null;
      if (this.model.device.kind !== 'webgpu') throw thrown;
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      await this.model.moveToWasm(`WebGPU failed in mid-run (${why})`, this.signal);
      for (const queued of this.queued) await this.launch(queued);
      return this.resultsOf(work);
    }
  }

  /** One result for each pass, also where a batch had nothing to score. */
  private padded(scored: readonly Scored[]): readonly Scored[] {
    return this.request.passes.map(
      ({ topK }, pass) => scored[pass] ?? { records: emptyRecords(0, topK), pooled: null, bytes: 0 },
    );
  }
}

const hasFailures = ({ records }: Scored): boolean => records.logprob.some(Number.isNaN);

/** Marks rows whose logits held a NaN as unscored, and counts them. */
function discardFailures({ records }: Scored): number {
  let failed = 0;
  records.logprob.forEach((value, row) => {
    if (!Number.isNaN(value)) return;
    failed++;
    records.context[row] = 0;
    for (const column of [records.greater, records.equalLower, records.equal]) column[row] = 0;
    for (const column of [records.entropy, records.variance, records.margin, records.maxLogit])
      column[row] = NaN;
    records.topLogprobs.fill(NaN, row * records.topK, (row + 1) * records.topK);
  });
  return failed;
}
