import type { HeadMatrix } from '../onnx/headMatrix.ts';
import { projectionKernel, TILE } from './projectionKernel.ts';

/** Bytes of logits that are there at once: what is more has to wait for its turn. */
const LOGIT_BYTES = 2 ** 27;
/** Bytes that are handed to the device in one go. */
const PIECE = 2 ** 24;

/** The projection from hidden states to logits as a shader. */
export class Projection {
  /** Places of a row of logits. */
  readonly stride: number;
  /** Rows that are made at once, a multiple of 128. */
  readonly mostRows: number;
  readonly pipeline: Promise<GPUComputePipeline>;
  private readonly device: GPUDevice;
  private readonly layout: GPUBindGroupLayout;
  private readonly vocabulary: number;
  private readonly hiddenBytes: number;
  private readonly matrix: GPUBuffer;
  private readonly bias: GPUBuffer;
  private readonly sizes: GPUBuffer;
  private logits: GPUBuffer | null = null;

  constructor(device: GPUDevice, matrix: HeadMatrix, logitBytes = LOGIT_BYTES) {
    const { weights, isTransposed, hidden, vocabulary, bias } = matrix;
    const stride4 = Math.ceil(vocabulary / 4);
    this.device = device;
    this.vocabulary = vocabulary;
    this.stride = 4 * stride4;
    this.hiddenBytes = 4 * hidden;
    const limit = Math.min(logitBytes, device.limits.maxStorageBufferBindingSize);
    this.mostRows = TILE * Math.max(1, Math.floor(limit / (4 * this.stride * TILE)));
    this.matrix = this.bufferOf(weights, weights.length, GPUBufferUsage.STORAGE);
    this.bias = this.bufferOf(bias ?? new Uint8Array(), 4 * this.stride, GPUBufferUsage.STORAGE);
    const sizes = Uint32Array.of(hidden / 4, vocabulary, stride4);
    this.sizes = this.bufferOf(new Uint8Array(sizes.buffer), 16, GPUBufferUsage.UNIFORM);
    const types: GPUBufferBindingType[] = [
      'read-only-storage',
      'read-only-storage',
      'read-only-storage',
      'storage',
      'uniform',
    ];
    this.layout = device.createBindGroupLayout({
      entries: types.map((type, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type },
      })),
    });
    this.pipeline = device.createComputePipelineAsync({
      layout: device.createPipelineLayout({ bindGroupLayouts: [this.layout] }),
      compute: {
        module: device.createShaderModule({ code: projectionKernel(isTransposed) }),
        entryPoint: 'main',
      },
    });
    // The first use awaits it.
    this.pipeline.catch(() => undefined);
  }

  /**
   * Makes the logits of some rows, which the next call overwrites.
   *
   * @param first a multiple of 128.
   * @param count at most {@link mostRows}.
   */
  dispatch(
    compute: GPUComputePassEncoder,
    pipeline: GPUComputePipeline,
    hidden: GPUBuffer,
    first: number,
    count: number,
  ): GPUBuffer {
    this.logits = this.atLeast(this.logits, count);
    const rows = { buffer: hidden, offset: first * this.hiddenBytes, size: count * this.hiddenBytes };
    const others = [this.matrix, this.bias, this.logits, this.sizes].map((buffer) => ({ buffer }));
    compute.setPipeline(pipeline);
    compute.setBindGroup(
      0,
      this.device.createBindGroup({
        layout: this.layout,
        entries: [rows, ...others].map((resource, binding) => ({ binding, resource })),
      }),
    );
    compute.dispatchWorkgroups(Math.ceil(count / TILE), Math.ceil(this.vocabulary / TILE));
    return this.logits;
  }

  release(): void {
    for (const buffer of [this.matrix, this.bias, this.sizes, this.logits]) buffer?.destroy();
    this.logits = null;
  }

  private bufferOf(bytes: Uint8Array<ArrayBuffer>, size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const buffer = this.device.createBuffer({ size, usage: usage | GPUBufferUsage.COPY_DST });
    for (let at = 0; at < bytes.length; at += PIECE)
      this.device.queue.writeBuffer(buffer, at, bytes.subarray(at, at + PIECE));
    return buffer;
  }

  private atLeast(buffer: GPUBuffer | null, rows: number): GPUBuffer {
    const size = 4 * this.stride * rows;
    if (buffer && buffer.size >= size) return buffer;
    buffer?.destroy();
    return this.device.createBuffer({ size, usage: GPUBufferUsage.STORAGE });
  }
}
