import { INSIDE_CHARACTER } from '../utf8.ts';

/**
 * Where the prefix of a sample ends. `column`: at a character, where the parts that the data gave were joined.
 * `count`: the first `prefix` tokens, then at most `suffix` tokens; the rest is left out. `fraction`: behind that
 * share of the tokens.
 */
export type SplitRule =
  | { readonly mode: 'column'; /** UTF-16 index. */ readonly join: number }
  | { readonly mode: 'count'; readonly prefix: number; readonly suffix: number }
  | { readonly mode: 'fraction'; /** Between 0 and 1. */ readonly at: number };

/** A sample's prefix and suffix in tokens of its whole text. */
export interface TokenSplit {
  readonly prefixStart: number;
  readonly suffixStart: number;
  /** Equal to `suffixStart` if nothing is left for a suffix: a bad row. */
  readonly suffixEnd: number;
  /** True if a token straddles the join, so that the split stands at the token's boundary instead. */
  readonly moved: boolean;
  /** Tokens of the prefix that lie too far back for the context. */
  readonly truncatedPrefix: number;
  /** Tokens of the suffix that the context has no room for. */
  readonly truncatedSuffix: number;
}

/** Last token edge at or before a character. */
function edgeBefore(offsets: ArrayLike<number>, character: number): number {
  for (let edge = offsets.length - 1; edge > 0; edge--) {
    const offset = offsets[edge] ?? INSIDE_CHARACTER;
    if (offset !== INSIDE_CHARACTER && offset <= character) return edge;
  }
  return 0;
}

/** First token edge behind a character. */
function edgeAfter(offsets: ArrayLike<number>, character: number): number {
  for (let edge = 0; edge < offsets.length; edge++)
    if ((offsets[edge] ?? INSIDE_CHARACTER) > character) return edge;
  return offsets.length - 1;
}

/**
 * Split at a character. The straddling token goes to the suffix, so that the prompt holds nothing of the suffix;
 * only where that would leave no prompt at all does the first token stay in the prefix.
 */
function atCharacter(offsets: ArrayLike<number>, join: number): { suffixStart: number; moved: boolean } {
  const before = edgeBefore(offsets, join);
  if (offsets[before] === join) return { suffixStart: before, moved: false };
  return { suffixStart: before > 0 ? before : edgeAfter(offsets, join), moved: true };
}

const within = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

function wanted(
  tokens: number,
  offsets: ArrayLike<number>,
  rule: SplitRule,
): { suffixStart: number; suffixEnd: number; moved: boolean } {
  if (rule.mode === 'column') return { ...atCharacter(offsets, rule.join), suffixEnd: tokens };
  if (rule.mode === 'count') {
    const suffixStart = Math.min(rule.prefix, tokens);
    return { suffixStart, suffixEnd: Math.min(suffixStart + rule.suffix, tokens), moved: false };
  }
  // Both sides keep a token if there are two.
  const suffixStart = within(Math.round(rule.at * tokens), Math.min(1, tokens), Math.max(1, tokens - 1));
  return { suffixStart: Math.min(suffixStart, tokens), suffixEnd: tokens, moved: false };
}

function assertRule(tokens: number, offsets: ArrayLike<number>, rule: SplitRule, context: number): void {
  if (offsets.length !== tokens + 1) throw new RangeError(`${offsets.length} edges of ${tokens} tokens`);
  if (!(context >= 2)) throw new RangeError(`a context of ${context} tokens holds no prefix and suffix`);
  if (rule.mode === 'count' && !(isCount(rule.prefix) && isCount(rule.suffix) && rule.suffix > 0))
    throw new RangeError(`split into ${rule.prefix} and ${rule.suffix} tokens`);
  if (rule.mode === 'fraction' && !(rule.at > 0 && rule.at < 1))
    throw new RangeError(`split at the fraction ${rule.at}`);
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0;

/**
 * Splits a sample that was tokenized once, as a whole: prefix and suffix tokenized apart would have other tokens
 * where they meet.
 *
 * A sample longer than the context keeps its suffix and the nearest part of its prefix; a suffix that alone is too
 * long keeps its beginning and one token of prefix to predict it from.
 *
 * @param tokens number n of tokens.
 * @param offsets `[n + 1]` UTF-16 index of each token edge ({@link charOffsets}).
 * @param context most tokens that the model takes at once, prefix and suffix together; 2 at least.
 * @throws {RangeError} if the rule, the context or the number of edges makes no sense.
 */
export function splitTokens(
  tokens: number,
  offsets: ArrayLike<number>,
  rule: SplitRule,
  context = Infinity,
): TokenSplit {
  assertRule(tokens, offsets, rule, context);
  const { suffixStart, suffixEnd, moved } = wanted(tokens, offsets, rule);
  const room = context - Math.min(1, suffixStart);
  const end = Math.min(suffixEnd, suffixStart + room);
  const prefixStart = Math.max(0, end - context);
  const truncatedSuffix = suffixEnd - end;
  return { prefixStart, suffixStart, suffixEnd: end, moved, truncatedPrefix: prefixStart, truncatedSuffix };
}
