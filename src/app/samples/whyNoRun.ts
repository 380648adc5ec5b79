import { counted, formatCount } from '../../ui/format.ts';
import type { InputDraft, SampleSource } from './inputDraft.svelte.ts';
import type { SampleRun } from './sampleRun.svelte.ts';
import type { SampleInput } from './storedInput.ts';

/** What decides whether Run may be pressed. */
interface Situation {
  readonly draft: Pick<InputDraft, 'isReading' | 'waits'>;
  readonly source: SampleSource;
  readonly input: SampleInput | null;
  readonly isFromFile: boolean;
  readonly run: Pick<
    SampleRun,
    'dataSet' | 'total' | 'scored' | 'unscorable' | 'isComplete' | 'isForeign' | 'hasTokens'
  >;
}

/** What is to be done before there is a sample to run. */
function whyNothing({ dataSet, hasTokens, total, unscorable }: Situation['run']): string | null {
  if (!dataSet) return 'No samples are in yet.';
  if (dataSet.shape === 'unknown') return 'Choose above which column is the text.';
  if (total === 0) return 'There is no sample to run.';
  if (hasTokens && unscorable.length === total)
    return 'None of these samples can be scored: the list above says why.';
  return null;
}

/** Why results that are not of this page are not gone on with. */
const foreignReason = (dataSet: Situation['run']['dataSet']): string =>
  dataSet?.hasTexts === false
    ? 'These results came without texts: there is nothing to run.'
    : 'These results came from a file: “Run again and compare” scores their samples here.';

function doneReason({ isComplete, scored, unscorable }: Situation['run']): string | null {
  if (!isComplete) return null;
  if (unscorable.length > 0)
    return `${counted(scored, 'sample')} scored; the other ${formatCount(unscorable.length)} cannot be.`;
  return `${scored === 1 ? 'The one sample is' : `All ${formatCount(scored)} samples are`} scored.`;
}

/** Why Run cannot be pressed, with the remedy; null if it can. */
export function whyNoRun({ draft, source, input, isFromFile, run }: Situation): string | null {
  if (draft.isReading) return 'Run waits until the samples are read.';
  if (source === 'own' && draft.waits)
    return 'The pasted text is not read yet: press “Read these”, or Ctrl+Enter.';
  if (source === 'own' && !input && !isFromFile)
    return 'Nothing of your own is read yet: paste samples above, or open files.';
  return run.isForeign ? foreignReason(run.dataSet) : (whyNothing(run) ?? doneReason(run));
}
