/** One sample's ln p_z, token by token: numbers, table and words. */
import { waterfall } from '../../core/statistics/soft.ts';
import type { ScoredSample } from '../../core/sampleScores.ts';
import { formatCount, formatFromLog, formatNumber, formatProbability } from '../../ui/format.ts';
import type { PanelTable } from './panelFile.ts';

/** A token of the suffix. */
export interface WaterfallBar {
  /** 1 for the first token of the suffix. */
  readonly n: number;
  /** Null while the token is not known. */
  readonly text: string | null;
  /** nats; -Infinity for a token that cannot come. */
  readonly logprob: number;
  /** Sum of the logprobs before and with this token; -Infinity from a token on that cannot come. */
  readonly before: number;
  readonly after: number;
  /** Part of ln p_z; NaN if all tokens are certain. */
  readonly share: number;
  readonly isFirstChoice: boolean;
  readonly isFirstMiss: boolean;
}

/** @param texts of the suffix's tokens; null where they are not known. */
export function waterfallBars(
  { logprobs, correct }: Pick<ScoredSample, 'logprobs' | 'correct'>,
  texts: readonly string[] | null,
): WaterfallBar[] {
  const { shares } = waterfall(logprobs);
  const firstMiss = correct.indexOf(0);
  let sum = 0;
  return Array.from(logprobs, (logprob, index) => {
    const before = sum;
    sum += logprob;
    return {
      n: index + 1,
      text: texts?.[index] ?? null,
      logprob,
      before,
      after: sum,
      share: shares[index] ?? NaN,
      isFirstChoice: correct[index] === 1,
      isFirstMiss: index === firstMiss,
    };
  });
}

/** A token as it is named: its text with visible spaces, or its place. */
export const nameOf = ({ n, text }: WaterfallBar): string =>
  text === null ? `token ${n}` : `“${text.replaceAll(' ', '␣').replaceAll('\n', '↵').replaceAll('\t', '⇥')}”`;

/** A token by its place, and by its name if it has one. */
const placeAndName = (bar: WaterfallBar): string =>
  bar.text === null ? formatCount(bar.n) : `${formatCount(bar.n)}, ${nameOf(bar)}`;

export function waterfallText(
  bars: readonly WaterfallBar[],
  { logPz, matchLength, censored }: Pick<ScoredSample, 'logPz' | 'matchLength' | 'censored'>,
): string[] {
  const { effectiveTokens } = waterfall(bars.map(({ logprob }) => logprob));
  const impossible = bars.find(({ logprob }) => logprob === -Infinity);
  const miss = bars.find(({ isFirstMiss }) => isFirstMiss);
  const where = censored
    ? `Greedy decoding recites ${bars.length === 1 ? 'the one token' : `all ${formatCount(bars.length)} tokens`}.`
    : `Greedy decoding misses first at token ${miss ? placeAndName(miss) : 'n/a'}: N = ${formatCount(matchLength)}. That token holds ${formatProbability(miss?.share ?? NaN)} of ln p_z.`;
  if (impossible)
    return [
      where,
      `Token ${placeAndName(impossible)}${impossible.text === null ? '' : ','} cannot come at all: p_z is 0.`,
    ];
  return [
    where,
    `Sampled once, the whole suffix comes with probability ${formatFromLog(logPz)}. Its improbability sits in as many tokens as ${formatNumber(effectiveTokens, 1)} equal ones would carry.`,
  ];
}

export const waterfallTable = (bars: readonly WaterfallBar[]): PanelTable => ({
  header: [
    'n',
    'token',
    'ln p (nats)',
    'ln p_z so far (nats)',
    'share of ln p_z',
    'first choice',
    'first miss',
  ],
  rows: bars.map(({ n, text, logprob, after, share, isFirstChoice, isFirstMiss }) => [
    n,
    text,
    logprob,
    after,
    share,
    isFirstChoice,
    isFirstMiss,
  ]),
});
