/** Results of samples as they are in a saved analysis. */
import type { SampleCut, StoredSample } from '../../engine/sampleStore.ts';
import { fromBase64 } from './base64.ts';
import { check, invalid, isObject, shown, type Fields, type Kind } from './fileChecks.ts';

const SCORES = {
  matchLength: 'number or null',
  suffixTokens: 'count',
  prefixTokens: 'count',
  censored: 'flag',
  fragile: 'flag',
  logPz: 'number or null',
  expectedLength: 'number or null',
  meanLogprob: 'number or null',
  accuracy: 'number or null',
  baseMatchLength: 'number or null',
  baseLogPz: 'number or null',
  loss: 'number or null',
  zlib: 'number or null',
  minK: 'number or null',
  minKPlusPlus: 'number or null',
  gapK: 'number or null',
  surp: 'number or null',
  reference: 'number or null',
  correct: 'text',
  logprobs: 'text',
} as const satisfies Record<string, Kind>;

const CUT = {
  from: 'count',
  cut: 'count',
  to: 'count',
  isMoved: 'flag',
  leftOut: 'count',
  leftOutBehind: 'count',
} as const satisfies Record<keyof SampleCut, Kind>;

function decodeFloats(base64: string, where: string): Float32Array {
  try {
    return new Float32Array(fromBase64(base64).buffer);
  } catch (cause) {
    throw invalid(`${where}logprobs is no base64 of float32 (${String(cause)})`);
  }
}

const numberOf = (value: unknown): unknown => {
  if (value === null) return NaN;
  return value === 'Infinity' || value === '-Infinity' ? Number(value) : value;
};

/** The result of one sample; null if it was not scored. @throws {MemoscopeError} `InvalidInput`. */
export function decodeResult(result: unknown, place: string): StoredSample | null {
  if (result === null) return null;
  const where = `${place}.result.`;
  if (!isObject(result))
    throw invalid(`${place}.result is ${shown(result)}, and it must be an object or null`);
  check(result, where, { scored: 'object', cut: 'object' });
  const { scored, cut } = result as { scored: Fields; cut: Fields };
  check(scored, `${where}scored.`, SCORES);
  check(cut, `${where}cut.`, CUT);
  const correct = Uint8Array.from(String(scored['correct']), (digit) => parseInt(digit, 36));
  const logprobs = decodeFloats(String(scored['logprobs']), `${where}scored.`);
  const scores = Object.fromEntries(Object.entries(scored).map(([name, value]) => [name, numberOf(value)]));
  const whole = { ...scores, correct, logprobs } as unknown as StoredSample['scored'];
  const { matchLength, suffixTokens } = whole;
  const isCount = Number.isNaN(matchLength) || (Number.isInteger(matchLength) && matchLength >= 0);
  if (!isCount || matchLength > suffixTokens)
    throw invalid(`${where}scored.matchLength is ${matchLength} of ${suffixTokens} suffix tokens`);
  if (correct.length !== logprobs.length || logprobs.length > suffixTokens)
    throw invalid(
      `${where}scored has ${correct.length} flags and ${logprobs.length} logprobs for ${suffixTokens} suffix tokens`,
    );
  return { scored: whole, cut: cut as unknown as SampleCut };
}
