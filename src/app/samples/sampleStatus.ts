import type { MemoscopeError } from '../../protocol/errors.ts';
import type { LoadProgress } from '../../protocol/scorer.ts';

/** What the page is doing with the data set. */
export type SampleStatus =
  | { readonly kind: 'idle' }
  | { readonly kind: 'loading'; readonly progress: LoadProgress }
  | { readonly kind: 'tokenizing' }
  | {
      readonly kind: 'scoring';
      /** Tokens a second; NaN until there is a rate. */
      readonly tokensPerSecond: number;
      readonly secondsLeft: number;
    }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: MemoscopeError };
