/** Finding a WebGPU adapter that is really there, and making a device of our own from it. */

/** A device, its adapter's name, and whether it is emulated on the processor. */
export interface Gpu {
  readonly device: GPUDevice;
  readonly name: string;
  readonly isSoftware: boolean;
}

/** Either a device or the reason why there is none. */
export type GpuProbe = { readonly gpu: Gpu } | { readonly gpu: null; readonly reason: string };

/**
 * Features that the runtime's faster kernels use. Subgroups are hidden on software adapters: there they are four
 * wide, and attention kernels of the runtime give wrong numbers with them.
 */
const FEATURES = ['shader-f16', 'subgroups', 'timestamp-query'] as const;

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBuffersPerShaderStage',
  'maxBindGroups',
] as const;

const isSoftwareAdapter = ({ info }: GPUAdapter): boolean =>
  info.isFallbackAdapter || /swiftshader|llvmpipe/i.test(`${info.architecture} ${info.description}`);

/** Probes an adapter (`navigator.gpu` alone proves nothing) and requests a device with all its limits. */
export async function probeGpu(): Promise<GpuProbe> {
  if (!('gpu' in navigator)) return { gpu: null, reason: 'this browser has no WebGPU' };
  try {
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return { gpu: null, reason: 'WebGPU finds no adapter on this machine' };
    const isSoftware = isSoftwareAdapter(adapter);
    const { vendor, architecture, description } = adapter.info;
    const device = await adapter.requestDevice({
      requiredFeatures: FEATURES.filter(
        (feature) => adapter.features.has(feature) && !(isSoftware && feature === 'subgroups'),
      ),
      requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
    });
    const name = [vendor, architecture || description].filter(Boolean).join(' ') || 'unnamed adapter';
    return { gpu: { device, name, isSoftware } };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return { gpu: null, reason: `WebGPU gives no device (${why})` };
  }
}
