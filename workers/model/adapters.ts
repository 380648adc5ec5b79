/** Low-rank adapters as inputs of the graph, uploaded once to a device. */
import { MemoscopeError } from '../../src/protocol/errors.ts';
import type { AdapterSource } from '../../src/protocol/scorer.ts';
import { fetchVerified } from './files.ts';
import type { GraphInterface } from './graphInterface.ts';
import { ort } from './runtime.ts';
import { type NamedTensor, readSafetensors } from './safetensors.ts';

/** Tensor of each adapter input. */
export type AdapterTensors = ReadonlyMap<string, ort.Tensor>;

/** Fetches, parses and keeps adapters; their tensors belong to one device. */
export class Adapters {
  private readonly graph: GraphInterface;
  private readonly device: GPUDevice | null;
  private readonly uploaded = new Map<string, AdapterTensors>();

  constructor(graph: GraphInterface, device: GPUDevice | null) {
    this.graph = graph;
    this.device = device;
  }

  /**
   * The tensors of an adapter; zeros, which change nothing, for null.
   *
   * @throws {MemoscopeError} `ModelUnavailable`, `ModelCorrupt`, `InvalidInput` if it does not fit the model.
   */
  async get(source: AdapterSource | null, signal: AbortSignal): Promise<AdapterTensors> {
    const key = source?.sha256 ?? 'none';
    const known = this.uploaded.get(key);
    if (known) return known;
    const made = this.upload(source ? await this.fetch(source, signal) : this.zeros());
    this.uploaded.set(key, made);
    return made;
  }

  /** Frees what lies on the device. */
  release(): void {
    for (const tensors of this.uploaded.values()) for (const tensor of tensors.values()) tensor.dispose();
    this.uploaded.clear();
  }

  private zeros(): NamedTensor[] {
    return this.graph.adapterInputs.map(({ name, dims }) => ({
      name,
      dims,
      data: new Float32Array(dims.reduce((product, size) => product * size, 1)),
    }));
  }

  private async fetch(source: AdapterSource, signal: AbortSignal): Promise<NamedTensor[]> {
    if (this.graph.adapterInputs.length === 0)
      throw new MemoscopeError('InvalidInput', 'This model takes no adapters; score it without one.');
    const file = { ...source, path: new URL(source.url).pathname.split('/').at(-1) ?? source.id };
    const bytes = await fetchVerified(file, () => undefined, signal);
    const tensors = new Map(readSafetensors(bytes).map((tensor) => [inputName(tensor.name), tensor]));
    return this.graph.adapterInputs.map(({ name, dims }) => {
      const tensor = tensors.get(name);
      if (!tensor || !fits(tensor.dims, dims))
        throw new MemoscopeError(
          'InvalidInput',
          `Adapter ${source.id} does not fit this model: ${tensor ? 'wrong shape of' : 'it lacks'} ${name}.`,
        );
      return { ...tensor, name };
    });
  }

  private upload(tensors: readonly NamedTensor[]): AdapterTensors {
    return new Map(tensors.map((tensor) => [tensor.name, this.place(tensor)]));
  }

  private place({ dims, data }: NamedTensor): ort.Tensor {
    if (!this.device) return new ort.Tensor('float32', data, dims);
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const size = Math.ceil(data.byteLength / 16) * 16;
    const buffer = this.device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
    this.device.queue.writeBuffer(buffer, 0, data);
    return ort.Tensor.fromGpuBuffer(buffer, {
      dataType: 'float32',
      dims,
      dispose: () => {
        buffer.destroy();
      },
    });
  }
}

/** `layers.3.qkv.a` in the file is `lora.3.qkv.a` in the graph. */
const inputName = (name: string): string => name.replace(/^layers\./, 'lora.');

/** True if a matrix differs from the default at most in the rank, which the default has as 1. */
const fits = (dims: readonly number[], expected: readonly number[]): boolean =>
  dims.length === expected.length &&
  dims.every((size, axis) => size === expected[axis] || expected[axis] === 1);
