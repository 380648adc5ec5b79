import type { ModelEntry } from '../../engine/modelCatalog.ts';
import type { SampleRunHost } from './sampleRunHost.ts';
import { prepareAll, type PreparedSet, type SampleQuestion } from './scoreBlocks.ts';

/** Tokenizes and cuts the first samples of a question; loads the model. @throws {MemoscopeError} as `ModelLink.use`. */
export async function cutFirst(
  { link, deviceRequest: request }: SampleRunHost,
  questionOf: (entry: ModelEntry) => SampleQuestion,
  count = Infinity,
): Promise<PreparedSet['prepared']> {
  const { signal } = new AbortController();
  const question = questionOf(await link.entry());
  const some = { ...question, samples: question.samples.slice(0, count) };
  const { prepared } = await link.use({ request, signal }, ({ contextLength }) =>
    prepareAll(some, link.scorer, contextLength, signal),
  );
  return prepared;
}
