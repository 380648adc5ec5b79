import type { Run } from '../core/run.ts';
import { asMemoscopeError } from '../protocol/errors.ts';
import type { OpenedModel } from '../protocol/scorer.ts';
import type { ModelLink } from './modelLink.svelte.ts';
import { assertSameModel } from './scoreText.ts';
import type { RecitationState } from './status.ts';

/** Tokens that the model writes: at most, and at least even near the end of the text. */
const MOST = 96;
const LEAST = 16;

type Lend = <T>(signal: AbortSignal, job: (opened: OpenedModel) => Promise<T>) => Promise<T>;

/** Lets the model go on from a token of the text, greedily, and compares with what the text says. */
export class Reciter {
  state = $state.raw<RecitationState>({ kind: 'idle' });
  private controller: AbortController | null = null;

  /** Recites from token `from` on; whatever ran before is stopped. Failures end in `state`. */
  async start(run: Run, from: number, link: ModelLink, lend: Lend): Promise<void> {
    this.stop();
    const controller = (this.controller = new AbortController());
    const { signal } = controller;
    const become = (state: RecitationState): void => {
      // A later recitation, or none, has taken the place of this one.
      if (this.controller === controller) this.state = state;
    };
    const ids: number[] = [];
    const onProgress = (id: number): void => {
      ids.push(id);
      become({ kind: 'running', from, ids: [...ids] });
    };
    become({ kind: 'running', from, ids });
    try {
      const adapter = link.adapterOf(await link.entry(), run.settings.adapterId)?.source ?? null;
      const generation = await lend(signal, async (opened) => {
        assertSameModel(run.settings, opened);
        const { contextLength } = opened;
        const wanted = Math.min(MOST, Math.max(LEAST, run.ids.length - from));
        const maxTokens = Math.min(wanted, Math.floor(contextLength / 2));
        // A start token may come before the prefix.
        const prefix = run.ids.slice(Math.max(0, from - (contextLength - maxTokens - 1)), from);
        const request = { ids: prefix, adapter, maxTokens, atStart: prefix.length === from };
        return link.scorer.generate(request, { signal, onProgress });
      });
      const matched = matchOf(generation.ids, run.ids.subarray(from));
      become({ kind: 'done', from, generation, matched });
    } catch (thrown) {
      const error = asMemoscopeError(thrown);
      become(error.kind === 'Cancelled' ? { kind: 'idle' } : { kind: 'failed', from, error });
    }
  }

  stop(): void {
    this.controller?.abort();
    this.controller = null;
    this.state = { kind: 'idle' };
  }
}

/** N: tokens of the continuation that equal the truth, before the first that does not. */
function matchOf(continuation: Uint32Array, truth: Uint32Array): number {
  const length = Math.min(continuation.length, truth.length);
  for (let token = 0; token < length; token++) if (continuation[token] !== truth[token]) return token;
  return length;
}
