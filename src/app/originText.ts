import type { Run, RunOrigin } from '../core/run.ts';

/** The devices that computed before the last one, in words that follow its name; '' if there are none. */
const earlierText = ({ earlierDevices = [] }: RunOrigin): string =>
  earlierDevices.map((name) => `, earlier on ${name}`).join('');

/** The names of all devices that took part, the last one first. */
export const devicesText = (origin: RunOrigin): string => `${origin.deviceName}${earlierText(origin)}`;

/** An origin as names and values that fit a table. */
export function originCells({
  earlierDevices = [],
  ...last
}: RunOrigin): Record<string, string | number | boolean> {
  return earlierDevices.length > 0 ? { ...last, earlierDevices: earlierDevices.join('; ') } : last;
}

/** Where and when a run was computed, in one line. */
export function describeOrigin({ origin, settings }: Run): string {
  const { device, threads, precomputed, startedAt } = origin;
  const last = device === 'webgpu' ? 'WebGPU' : `WebAssembly, ${threads} thread${threads === 1 ? '' : 's'}`;
  const where = `${last}${earlierText(origin)}`;
  const day = startedAt.slice(0, 10);
  const subject =
    settings.adapterId === null ? settings.modelId : `${settings.modelId} + ${settings.adapterId}`;
  return precomputed ? `${subject} · ships with the page, ${day}` : `${subject} · ${where} · ${day}`;
}
