import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/** Version that this engine's onnxruntime-web is nearest to. Not a dependency: 290 MB that only this needs. */
const PACKAGE = 'onnxruntime-node@1.30.0';

/** The part of onnxruntime-node that is used here. */
interface Native {
  readonly InferenceSession: {
    create(path: string, options: object): Promise<NativeSession>;
  };
  readonly Tensor: new (type: string, data: BigInt64Array | Float32Array, dims: number[]) => unknown;
}

interface NativeSession {
  readonly inputNames: readonly string[];
  run(feeds: Record<string, unknown>, outputs: string[]): Promise<unknown>;
}

function load(): Native {
  const folder = resolve('.cache/native');
  const installed = join(folder, 'node_modules', 'onnxruntime-node');
  if (!existsSync(installed)) {
    mkdirSync(folder, { recursive: true });
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    execFileSync(npm, ['install', '--no-save', '--ignore-scripts', '--prefix', folder, PACKAGE], {
      stdio: 'ignore',
    });
  }
  return createRequire(join(folder, 'package.json'))('onnxruntime-node') as Native;
}

/** Median rate of forward passes over windows of `tokens`, logits included, on the processor. */
export async function nativeTokensPerSecond(path: string, threads: number, tokens: number): Promise<number> {
  const { InferenceSession, Tensor } = load();
  const session = await InferenceSession.create(path, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const integers = (value: (index: number) => number) =>
    new Tensor(
      'int64',
      BigInt64Array.from({ length: tokens }, (_, index) => BigInt(value(index))),
      [1, tokens],
    );
  const feeds: Record<string, unknown> = {
    input_ids: integers((index) => ((index * 7919 + 13) % 8000) + 1),
    attention_mask: integers(() => 1),
    position_ids: integers((index) => index),
  };
  for (const name of session.inputNames)
    if (name.startsWith('past_key_values.'))
      feeds[name] = new Tensor('float32', new Float32Array(0), [1, 6, 0, 64]);
  const times: number[] = [];
  for (let round = 0; round < 6; round++) {
    const startedAt = performance.now();
    await session.run(feeds, ['logits']);
    times.push(performance.now() - startedAt);
  }
  return (1000 * tokens) / (times.slice(1).sort((a, b) => a - b)[2] ?? NaN);
}
