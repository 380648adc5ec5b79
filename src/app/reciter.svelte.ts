import type { AdapterEntry } from '../engine/modelCatalog.ts';
import type { ScorerClient } from '../engine/scorerClient.ts';
import type { Run } from '../core/run.ts';
import { asMemoscopeError } from '../protocol/errors.ts';
import type { OpenedModel } from '../protocol/scorer.ts';
import type { RecitationState } from './status.ts';

/** Tokens that the model writes at most. */
const LONGEST = 96;

/** Lets the model go on from a token of the text, greedily, and compares with what the text says. */
export class Reciter {
  state = $state.raw<RecitationState>({ kind: 'idle' });
  private controller: AbortController | null = null;

  /** Recites from token `from` on; whatever ran before is stopped. Failures end in `state`. */
  async start(
    run: Run,
    from: number,
    open: (signal: AbortSignal) => Promise<OpenedModel>,
    link: { readonly scorer: ScorerClient; readonly adapter: AdapterEntry | null },
  ): Promise<void> {
    this.stop();
    const controller = (this.controller = new AbortController());
    const ids: number[] = [];
    this.state = { kind: 'running', from, ids };
    try {
      const { contextLength } = await open(controller.signal);
      const maxTokens = Math.min(LONGEST, Math.max(16, run.ids.length - from));
      const prefix = run.ids.slice(Math.max(0, from - (contextLength - maxTokens)), from);
      const request = {
        ids: prefix,
        adapter: link.adapter?.source ?? null,
        maxTokens,
        atStart: prefix.length === from,
      };
      const onProgress = (id: number): void => {
        ids.push(id);
        this.state = { kind: 'running', from, ids: [...ids] };
      };
      const generation = await link.scorer.generate(request, { signal: controller.signal, onProgress });
      const matched = matchOf(generation.ids, run.ids.subarray(from));
      if (this.controller === controller) this.state = { kind: 'done', from, generation, matched };
    } catch (thrown) {
      const error = asMemoscopeError(thrown);
      if (this.controller !== controller) return;
      this.state = error.kind === 'Cancelled' ? { kind: 'idle' } : { kind: 'failed', from, error };
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
