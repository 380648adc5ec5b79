import { expect, test, vi } from 'vitest';
import { emptyRecords } from '../../src/core/tokenRecords.ts';
import type { DeviceReport, ScoreChunk, ScoreRequest } from '../../src/protocol/scorer.ts';
import { MemoscopeError } from '../../src/protocol/errors.ts';
import type { OpenModel } from '../../workers/openModel.ts';
import type { ForwardBatch } from '../../workers/scoring/batch.ts';
import { ScoreRun } from '../../workers/scoring/score.ts';

const reportOf = (kind: DeviceReport['kind']): DeviceReport => ({
  kind,
  threads: 1,
  name: kind,
  reason: 'a test',
  selfTestError: null,
});

/** A model whose first pass on WebGPU fails while its second one is still being queued. */
function losingModel() {
  let passes = 0;
  const model = {
    facts: { contextLength: 16, startTokenId: 0 },
    info: { vocabularySize: 100 },
    device: reportOf('webgpu'),
    capacity: 16,
    depth: 2,
    adapters: { get: async () => new Map() },
    model: {
      submit: async ({ rows }: ForwardBatch, { topK }: { topK: number }) => {
        passes++;
        const records = emptyRecords(rows.length, topK);
        if (model.device.kind === 'wasm')
          return { scored: Promise.resolve({ records, pooled: null, bytes: 0 }), keyValues: null };
        if (passes === 1)
          return { scored: Promise.reject(new MemoscopeError('DeviceLost', 'gone')), keyValues: null };
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw new MemoscopeError('DeviceLost', 'gone');
      },
    },
    moveToWasm: vi.fn(async () => {
      model.device = reportOf('wasm');
    }),
  };
  return model;
}

test('a pass that fails while the next is being queued is handled: the run moves, nothing is unhandled', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    const model = losingModel();
    const chunks: ScoreChunk[] = [];
    const request: ScoreRequest = {
      ids: Uint32Array.of(1, 2, 3),
      offsets: Uint32Array.of(0, 3),
      windows: { length: 16, stride: 16 },
      passes: [
        { adapter: null, topK: 2 },
        { adapter: null, topK: 2 },
      ],
      from: 0,
    };
    const deliver = (chunk: ScoreChunk): void => void chunks.push(chunk);
    const run = new ScoreRun(model as unknown as OpenModel, request, deliver, new AbortController().signal);
    expect(await run.run()).toMatchObject({ end: 3, device: { kind: 'wasm' } });
    expect(model.moveToWasm).toHaveBeenCalledOnce();
    expect(chunks.map(({ records }) => records.length)).toEqual([2]);
    // WebGPU was lost before it computed anything.
    expect(chunks.map(({ device }) => device?.kind)).toEqual(['wasm']);
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});
