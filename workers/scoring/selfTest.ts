import type { Adapters } from '../model/adapters.ts';
import type { LanguageModel } from '../model/languageModel.ts';
import { layOut } from './batch.ts';
import { planWindows } from './windows.ts';

/** `selftest.json`: tokens and their log-probabilities without an adapter, computed elsewhere in float32. */
export interface SelfTestFile {
  readonly ids: readonly number[];
  /** One for each id, or for each but the first; null where there is none. */
  readonly logprobs: readonly (number | null)[];
}

/** Largest error of the self-test that is accepted, nats: rounding, but no wrong kernel. */
export const tolerance = (halfLogits: boolean): number => (halfLogits ? 0.1 : 1e-3);

/**
 * Scores the stored tokens and compares.
 *
 * @returns the largest absolute difference, NaN if a score is not a number, null if nothing is stored.
 */
export async function selfTest(
  model: LanguageModel,
  adapters: Adapters,
  stored: SelfTestFile | null,
  startTokenId: number | null,
  signal: AbortSignal,
): Promise<number | null> {
  if (!stored) return null;
  const ids = Uint32Array.from(stored.ids);
  const windows = [
    ...planWindows({
      offsets: Uint32Array.of(0, ids.length),
      windows: { length: ids.length + 1, stride: ids.length + 1 },
      hasStartToken: startTokenId !== null,
      from: 0,
    }),
  ];
  const batch = layOut(windows, ids, startTokenId);
  const { scored } = await model.submit(batch, { adapter: await adapters.get(null, signal), topK: 2 });
  const { logprob } = (await scored).records;
  const expected = stored.logprobs.slice(-logprob.length);
  const errors = expected.map((value, row) =>
    value === null ? 0 : Math.abs((logprob[row + logprob.length - expected.length] ?? NaN) - value),
  );
  return errors.reduce((worst, error) => (error <= worst ? worst : error), 0);
}
