import type { Run } from '../core/run.ts';

/** Where and when a run was computed, in one line. */
export function describeOrigin({ origin, settings }: Run): string {
  const { device, threads, precomputed, startedAt } = origin;
  const where = device === 'webgpu' ? 'WebGPU' : `WebAssembly, ${threads} thread${threads === 1 ? '' : 's'}`;
  const day = startedAt.slice(0, 10);
  const subject =
    settings.adapterId === null ? settings.modelId : `${settings.modelId} + ${settings.adapterId}`;
  return precomputed ? `${subject} · ships with the page, ${day}` : `${subject} · ${where} · ${day}`;
}
