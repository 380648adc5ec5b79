import type { ModelEntry } from '../../engine/modelCatalog.ts';
import { MemoscopeError } from '../../protocol/errors.ts';
import type { SampleRunHost } from './sampleRunHost.ts';
import { prepareAll, type PreparedSet, type SampleQuestion } from './scoreBlocks.ts';

/**
 * Tokenizes and cuts the first samples of a question; loads the model.
 *
 * @param modelHash of the model whose tokens are wanted; any if left out.
 * @throws {MemoscopeError} as `ModelLink.use`; `InvalidInput` if the page’s model is another one.
 */
export async function cutFirst(
  { link, deviceRequest: request }: SampleRunHost,
  questionOf: (entry: ModelEntry) => SampleQuestion,
  modelHash?: string,
  count = Infinity,
): Promise<PreparedSet['prepared']> {
  const { signal } = new AbortController();
  const question = questionOf(await link.entry());
  const some = { ...question, samples: question.samples.slice(0, count) };
  const { prepared } = await link.use({ request, signal }, ({ contextLength, hash }) => {
    if (modelHash !== undefined && hash !== modelHash)
      throw new MemoscopeError(
        'InvalidInput',
        `These results are of another model (${modelHash.slice(0, 8)}) than this page has (${hash.slice(0, 8)}), which may cut texts into other tokens. “Run again and compare” scores them with this one.`,
      );
    return prepareAll(some, link.scorer, contextLength, signal);
  });
  return prepared;
}
