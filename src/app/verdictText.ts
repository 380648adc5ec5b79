import type { Verdict } from '../core/verdict.ts';
import { formatCount, formatDifference, formatFromLog, UNDEFINED } from '../ui/format.ts';

/** One sentence: what is found, and in the same breath how far it can be trusted. */
export interface VerdictSentence {
  readonly finding: string;
  readonly caveat: string;
}

/** One of the four numbers beside the sentence. */
export interface VerdictNumber {
  readonly label: string;
  readonly value: string;
  /** Unit, or what the number is counted against. */
  readonly unit: string;
  readonly explanation: string;
}

const plural = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;

/** Whole percent, but never 0% or 100% of what is only nearly so. */
function percent(share: number): string {
  if (share > 0 && share < 0.005) return 'less than 1%';
  if (share < 1 && share > 0.995) return 'more than 99%';
  return `${formatCount(share * 100)}%`;
}

/** @param minRun Shortest run that counts as reciting, tokens. */
export function verdictSentence(verdict: Verdict, minRun: number): VerdictSentence {
  const { finding, caveat } = sentenceOf(verdict, minRun);
  const soFar = verdict.complete || verdict.scored === 0 ? finding : `So far: ${lowerFirst(finding)}`;
  return { finding: soFar, caveat: caveat + reservations(verdict) };
}

function sentenceOf(verdict: Verdict, minRun: number): VerdictSentence {
  const { scored, calibrated, recitedRuns, memorizedRuns, longest } = verdict;
  const share = percent(calibrated ? verdict.memorizedShare : verdict.recitedShare);
  const reach = plural(longest ? longest.end - longest.start : 0, 'token');
  switch (verdict.kind) {
    case 'recites':
      return calibrated
        ? {
            finding: `The model recites this text: it gives back ${share} of it word for word,`,
            caveat:
              'which its base would not, so the fine-tuning put it there; a shorter prompt may extract less',
          }
        : {
            finding: `The model recites ${share} of this text word for word,`,
            caveat: 'but there is no base to compare it with, so some of that may be mere predictability',
          };
    case 'partly':
      return calibrated
        ? {
            finding: `The fine-tuning taught the model ${share} of this text, in ${plural(memorizedRuns, 'run')},`,
            caveat:
              'which its base would not recite: from this text, or from others that share these words; a shorter prompt may extract less',
          }
        : {
            finding: `The model recites ${share} of this text, in ${plural(recitedRuns, 'run')},`,
            caveat: 'but there is no base to compare it with, so some of that may be mere predictability',
          };
    case 'predictable':
      return {
        finding: 'What the model recites here is predictable rather than memorized:',
        caveat: `its ${plural(recitedRuns, 'run')} would come from the base as well, or may be chance`,
      };
    case 'no':
      return {
        finding: 'The model would not recite this text:',
        caveat: `its longest stretch of right guesses is ${reach}, and ${minRun} would count; that it never saw the text does not follow`,
      };
    case 'tooShort':
      return {
        finding: 'This text is too short for a verdict:',
        caveat: `it has ${plural(scored, 'scored token')}, and a recited run needs at least ${minRun}`,
      };
    case 'unscored':
      return {
        finding: 'Nothing is scored yet:',
        caveat: 'press Run and the verdict appears here while the text is read',
      };
  }
}

function reservations({ kind, shortText, fragileRuns, recitedRuns }: Verdict): string {
  const short = shortText && kind !== 'tooShort' && kind !== 'unscored';
  const notes = [
    short ? 'with fewer than 50 tokens this is weak evidence' : '',
    fragileRuns > 0 && recitedRuns > 0 ? `${plural(fragileRuns, 'run')} may change with rounding` : '',
  ].filter((note) => note !== '');
  return notes.length > 0 ? `; ${notes.join('; ')}.` : '.';
}

const lowerFirst = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);

/** The four numbers of a verdict. What is not defined says so. */
export function verdictNumbers(verdict: Verdict): VerdictNumber[] {
  const { scored, recitedRuns, memorizedRuns, calibrated, longest, bestWindow, excess, meanExcess } = verdict;
  const window = bestWindow ? bestWindow.end - bestWindow.start : NaN;
  return [
    {
      label: 'Runs it would recite',
      value: scored > 0 ? formatCount(recitedRuns) : UNDEFINED,
      unit: calibrated && scored > 0 ? `${formatCount(memorizedRuns)} memorized` : 'base not scored',
      explanation: 'Stretches that greedy decoding reproduces from what precedes them.',
    },
    {
      label: 'Longest run',
      value: longest ? formatCount(longest.end - longest.start) : scored > 0 ? '0' : UNDEFINED,
      unit: longest?.censored ? 'tokens or more' : 'tokens',
      explanation: 'Most tokens in a row that are all the model’s first choice.',
    },
    {
      label: 'Likeliest window',
      value: bestWindow ? formatFromLog(bestWindow.logprob) : UNDEFINED,
      unit: Number.isNaN(window) ? 'no window' : `p of ${plural(window, 'token')}`,
      explanation: 'Largest chance that one sample of the model is exactly these tokens.',
    },
    {
      label: 'Excess over the base',
      value: formatDifference(meanExcess, 2),
      unit: calibrated ? `nats a token, ${formatDifference(excess, 0)} in all` : 'base not scored',
      explanation: 'Log-probability that the fine-tuning added.',
    },
  ];
}
