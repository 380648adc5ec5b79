/** From texts to sliding windows of tokens: the scorer tokenizes, the page cuts. */
import { describeColumns } from '../../core/samples/columns.ts';
import type { ImportResult, Sample } from '../../core/samples/sample.ts';
import { windowSamples, type WindowCut } from '../../core/samples/windowSamples.ts';
import type { ScorerClient } from '../../engine/scorerClient.ts';
import { Slices } from './slices.ts';

/** Characters that are tokenized in one call, unless a single text is longer. */
const TOKENIZED_AT_ONCE = 100_000;

/** Stretches of samples of about {@link TOKENIZED_AT_ONCE} characters. */
function* stretches(samples: readonly Sample[]): Generator<Sample[]> {
  let some: Sample[] = [];
  let characters = 0;
  for (const sample of samples) {
    if (some.length > 0 && characters + sample.text.length > TOKENIZED_AT_ONCE) {
      yield some;
      some = [];
      characters = 0;
    }
    some.push(sample);
    characters += sample.text.length;
  }
  if (some.length > 0) yield some;
}

/**
 * Cuts what was read into windows; samples with a prefix of their own stay.
 *
 * @param onProgress is told the characters that are cut, and that there are.
 * @throws {MemoscopeError} as `ScorerApi.tokenizeAll`; `Cancelled`.
 */
export async function cutWindows(
  read: ImportResult,
  cut: WindowCut,
  scorer: Pick<ScorerClient, 'tokenizeAll'>,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<ImportResult> {
  const total = read.samples.reduce((sum, { text }) => sum + text.length, 0);
  const samples: Sample[] = [];
  const slices = new Slices();
  let done = 0;
  for (const some of stretches(read.samples)) {
    signal.throwIfAborted();
    onProgress(done, total);
    const tokens = await scorer.tokenizeAll(
      some.map(({ text }) => text),
      { signal },
    );
    for (const [place, sample] of some.entries()) {
      const its = tokens[place];
      if (!its) continue;
      for (const window of windowSamples(sample, its, cut)) {
        samples.push({ ...window, id: samples.length });
        if (slices.isOver) await slices.rest();
      }
      done += sample.text.length;
    }
  }
  const columns = describeColumns(samples.map((sample) => sample.columns));
  return { ...read, samples, columns, shape: `windows of ${cut.length} tokens, one every ${cut.stride}` };
}
