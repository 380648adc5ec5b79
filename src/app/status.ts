import type { MemoscopeError } from '../protocol/errors.ts';
import type { Generation, LoadProgress, OpenedModel } from '../protocol/scorer.ts';

/** Said while another job, of either view or of a script, has the model. */
export const WAITING = 'Waiting until the model is free';

/** What the page is doing with the text. */
export type Status =
  | { readonly kind: 'idle' }
  | { readonly kind: 'loading'; readonly progress: LoadProgress }
  | { readonly kind: 'tokenizing' }
  | ScoringStatus
  | { readonly kind: 'stopped' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: MemoscopeError };

export interface ScoringStatus {
  readonly kind: 'scoring';
  /** Tokens. */
  readonly done: number;
  readonly total: number;
  /** NaN until there is a rate. */
  readonly tokensPerSecond: number;
  readonly secondsLeft: number;
}

/** The model, from not yet asked for to ready. */
export type ModelState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'loading'; readonly progress: LoadProgress }
  | { readonly kind: 'ready'; readonly opened: OpenedModel }
  | { readonly kind: 'failed'; readonly error: MemoscopeError };

/** The model's own continuation of the text from a token on, beside the truth. */
export type RecitationState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly from: number; readonly ids: readonly number[] }
  | {
      readonly kind: 'done';
      readonly from: number;
      readonly generation: Generation;
      readonly matched: number;
    }
  | { readonly kind: 'failed'; readonly from: number; readonly error: MemoscopeError };

/** How the text is coloured. */
export const MODES = ['verdict', 'probability', 'rank', 'excess'] as const;
export type Mode = (typeof MODES)[number];

/** One of the best entries at a position. */
export interface Alternative {
  readonly id: number;
  readonly text: string;
  /** Nats. */
  readonly logprob: number;
}
