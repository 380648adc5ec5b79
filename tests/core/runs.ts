import type { Run } from '../../src/core/run.ts';
import type { TokenRecords } from '../../src/core/tokenRecords.ts';

/** A run over a text of one-byte tokens, or over the given token edges. */
export function runOf(
  target: TokenRecords,
  base: TokenRecords | null,
  text = 'a'.repeat(target.length),
  byteStarts = Uint32Array.from({ length: target.length + 1 }, (_, edge) => edge),
): Run {
  return {
    key: 'key',
    title: 'title',
    text,
    ids: Uint32Array.from({ length: target.length }, (_, token) => token + 10),
    byteStarts,
    settings: {
      modelId: 'model',
      modelHash: 'hash',
      adapterId: base && 'adapter',
      adapterHash: base && 'hash',
      hasReference: base !== null,
      startTokenId: 0,
      windowLength: 256,
      windowStride: 128,
      topK: target.topK,
    },
    origin: {
      device: 'wasm',
      deviceName: 'test',
      threads: 1,
      precomputed: false,
      appVersion: '0.0.0',
      startedAt: '2026-01-01T00:00:00Z',
      elapsedMs: 1,
    },
    target,
    base,
    scored:
      target.context.findIndex((context) => context === 0) < 0
        ? target.length
        : target.context.filter(Boolean).length,
  };
}
