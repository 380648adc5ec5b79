import type { HeadMatrix } from '../onnx/headMatrix.ts';
import { Projection } from './projection.ts';
import { recordKernel, SCALAR_WORDS } from './recordKernel.ts';

/** Rows of one dispatch are a multiple of this, so that every binding begins at a multiple of 256 bytes. */
const ROW_ALIGNMENT = 128;
/** Browsers may limit a dispatch to this many workgroups. */
const MOST_ROWS = 65_535 - (65_535 % ROW_ALIGNMENT);

/** A buffer to append to the readback, e.g. pooled hidden states. */
export interface Appendix {
  readonly buffer: GPUBuffer;
  readonly bytes: number;
}

/**
 * The scoring head on WebGPU: logits stay on the device, records come back. It begins at the logits, or at the hidden
 * states if it is given the projection. One per device.
 */
export class GpuHead {
  private readonly device: GPUDevice;
  private readonly vocabulary: number;
  private readonly bytesPerLogit: number;
  private readonly layout: GPUBindGroupLayout;
  private readonly pipeline: Promise<GPUComputePipeline>;
  private readonly projection: Projection | null;
  /** Uniforms of the kernel for each K. */
  private readonly sizes = new Map<number, GPUBuffer>();
  private readonly readbacks: GPUBuffer[] = [];
  private targets: GPUBuffer | null = null;
  private records: GPUBuffer | null = null;

  /**
   * @param matrix null to begin at the logits.
   * @param logitBytes that are there at once if it begins at hidden states.
   */
  constructor(
    device: GPUDevice,
    vocabulary: number,
    halfLogits: boolean,
    matrix: HeadMatrix | null,
    logitBytes?: number,
  ) {
    this.device = device;
    this.projection = matrix && new Projection(device, matrix, logitBytes);
    this.vocabulary = vocabulary;
    this.bytesPerLogit = halfLogits ? 2 : 4;
    const storage = (binding: number, type: GPUBufferBindingType): GPUBindGroupLayoutEntry => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    });
    this.layout = device.createBindGroupLayout({
      entries: [
        storage(0, 'read-only-storage'),
        storage(1, 'read-only-storage'),
        storage(2, 'storage'),
        storage(3, 'uniform'),
      ],
    });
    this.pipeline = device.createComputePipelineAsync({
      layout: device.createPipelineLayout({ bindGroupLayouts: [this.layout] }),
      compute: { module: device.createShaderModule({ code: recordKernel(halfLogits) }), entryPoint: 'main' },
    });
    // The first use awaits it.
    this.pipeline.catch(() => undefined);
  }

  /**
   * Reduces logits `[rows, vocabulary]`, or hidden states `[rows, hidden]`, to records. Returns once the work is queued,
   * so that the next forward pass can be queued behind it.
   *
   * @returns a promise of `rows * (SCALAR_WORDS + 2 K)` words, then the appendix.
   */
  async submit(
    input: GPUBuffer,
    targets: Uint32Array<ArrayBuffer>,
    topK: number,
    appendix: Appendix | null,
  ): Promise<{ words: Promise<ArrayBuffer> }> {
    const pipelines = [await this.pipeline, await this.projection?.pipeline] as const;
    const recordBytes = targets.length * (SCALAR_WORDS + 2 * topK) * 4;
    const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
    this.targets = this.atLeast(this.targets, targets.byteLength, STORAGE | COPY_DST);
    this.records = this.atLeast(this.records, recordBytes, STORAGE | COPY_SRC);
    this.device.queue.writeBuffer(this.targets, 0, targets);

    const encoder = this.device.createCommandEncoder();
    const compute = encoder.beginComputePass();
    this.dispatch(compute, pipelines, input, this.targets, this.records, targets.length, topK);
    compute.end();
    const bytes = recordBytes + (appendix?.bytes ?? 0);
    const readback = this.takeReadback(bytes);
    encoder.copyBufferToBuffer(this.records, 0, readback, 0, recordBytes);
    if (appendix) encoder.copyBufferToBuffer(appendix.buffer, 0, readback, recordBytes, appendix.bytes);
    this.device.queue.submit([encoder.finish()]);
    return { words: this.read(readback, bytes) };
  }

  /** Frees all buffers. */
  release(): void {
    for (const buffer of [this.targets, this.records, ...this.readbacks, ...this.sizes.values()])
      buffer?.destroy();
    this.projection?.release();
    this.readbacks.length = 0;
    this.sizes.clear();
    this.targets = null;
    this.records = null;
  }

  private dispatch(
    compute: GPUComputePassEncoder,
    [reduce, project]: readonly [GPUComputePipeline, GPUComputePipeline | undefined],
    input: GPUBuffer,
    targets: GPUBuffer,
    records: GPUBuffer,
    rows: number,
    topK: number,
  ): void {
    const sizes = this.sizesFor(topK);
    const logitBytes = this.vocabulary * this.bytesPerLogit;
    const recordBytes = (SCALAR_WORDS + 2 * topK) * 4;
    const fitting = Math.floor(this.device.limits.maxStorageBufferBindingSize / logitBytes);
    const most = this.projection?.mostRows ?? Math.max(ROW_ALIGNMENT, fitting - (fitting % ROW_ALIGNMENT));
    const step = Math.min(MOST_ROWS, most);
    for (let first = 0; first < rows; first += step) {
      const count = Math.min(step, rows - first);
      const bind = (buffer: GPUBuffer, rowBytes: number): GPUBufferBinding => ({
        buffer,
        offset: first * rowBytes,
        size: Math.ceil((count * rowBytes) / 4) * 4,
      });
      const made = project && this.projection?.dispatch(compute, project, input, first, count);
      compute.setPipeline(reduce);
      const resources = [
        made ? { buffer: made } : bind(input, logitBytes),
        bind(targets, 4),
        bind(records, recordBytes),
        { buffer: sizes },
      ];
      compute.setBindGroup(
        0,
        this.device.createBindGroup({
          layout: this.layout,
          entries: resources.map((resource, binding) => ({ binding, resource })),
        }),
      );
      compute.dispatchWorkgroups(count);
    }
  }

  private sizesFor(topK: number): GPUBuffer {
    const known = this.sizes.get(topK);
    if (known) return known;
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const buffer = this.device.createBuffer({ size: 16, usage });
    const stride = this.projection?.stride ?? this.vocabulary;
    this.device.queue.writeBuffer(buffer, 0, Uint32Array.of(this.vocabulary, topK, stride));
    this.sizes.set(topK, buffer);
    return buffer;
  }

  private atLeast(buffer: GPUBuffer | null, size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    if (buffer && buffer.size >= size) return buffer;
    buffer?.destroy();
    return this.device.createBuffer({ size, usage });
  }

  private takeReadback(bytes: number): GPUBuffer {
    const index = this.readbacks.findIndex(({ size }) => size >= bytes);
    const [free] = index < 0 ? [] : this.readbacks.splice(index, 1);
    return (
      free ??
      this.device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
    );
  }

  private async read(readback: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    await readback.mapAsync(GPUMapMode.READ, 0, bytes);
    const copy = readback.getMappedRange(0, bytes).slice(0);
    readback.unmap();
    this.readbacks.push(readback);
    return copy;
  }
}
