import { HEAT_MODES, HEAT_SCALES, heatValue, stepOf, UNSCORED_STEP, type HeatMode } from '../core/heat.ts';
import { MARKS, type Recitation } from '../core/recitation.ts';
import type { Run } from '../core/run.ts';
import type { TextBlock } from '../core/textBlocks.ts';
import { isScored } from '../core/tokenRecords.ts';

/** First letter of a mode's classes: token of step 4 in mode rank has the class `r4`. */
export const CLASS_LETTERS: Readonly<Record<HeatMode, string>> = {
  verdict: 'v',
  probability: 'p',
  rank: 'r',
  excess: 'x',
};

const MEMORIZED = MARKS.indexOf('memorized');

/** Classes of a token under all modes, so that another mode recolours the text without touching it. */
export function classesOfToken(run: Run, reading: Recitation, token: number): string {
  if (token >= run.scored) return 'pending';
  if (!isScored(run.target, token)) return 'unscored';
  const classes = HEAT_MODES.flatMap((mode) => {
    const step = stepOf(HEAT_SCALES[mode], heatValue(mode, run.target, reading, token));
    return step === UNSCORED_STEP ? [] : [CLASS_LETTERS[mode] + String(step)];
  });
  const { marks } = reading;
  if (marks[token] === MEMORIZED && marks[token - 1] !== MEMORIZED) classes.push('opens');
  if (marks[token] === MEMORIZED && marks[token + 1] !== MEMORIZED) classes.push('closes');
  if (isSeam(run, token)) classes.push('seam');
  return classes.join(' ');
}

/** True where a new window begins, so that the token had less context than the one before it. */
function isSeam({ target }: Run, token: number): boolean {
  return token > 0 && (target.context[token] ?? 0) <= (target.context[token - 1] ?? 0);
}

/** A block with what its colours depend on, as one string: only blocks whose stamp changed are coloured anew. */
export interface StampedBlock {
  readonly start: number;
  readonly end: number;
  readonly pieceStart: number;
  readonly pieceEnd: number;
  readonly stamp: string;
}

/**
 * Stamps every block of a run that may still be growing. O(tokens) of additions.
 *
 * @param before the last result: a block that is as it was is the same object, and nobody need look at it again.
 */
export function stampBlocks(
  blocks: readonly TextBlock[],
  run: Run,
  { marks }: Recitation,
  before: readonly StampedBlock[] = [],
): StampedBlock[] {
  return blocks.map(({ start, end, tokenStart, tokenEnd }, index) => {
    let hash = Math.max(0, Math.min(run.scored, tokenEnd) - tokenStart);
    // The neighbours count as well: a run opens or closes by what stands beside it.
    for (let token = tokenStart - 1; token <= tokenEnd; token++) hash = (hash * 31 + (marks[token] ?? 0)) | 0;
    const block = { start: tokenStart, end: tokenEnd, pieceStart: start, pieceEnd: end, stamp: String(hash) };
    const old = before[index];
    return old && isSame(old, block) ? old : block;
  });
}

const isSame = (left: StampedBlock, right: StampedBlock): boolean =>
  left.stamp === right.stamp &&
  left.start === right.start &&
  left.end === right.end &&
  left.pieceStart === right.pieceStart &&
  left.pieceEnd === right.pieceEnd;

/**
 * Levels for the strip: 0 shows nothing, and the more the model knows a token, the higher, because a column
 * shows the strongest of its tokens.
 */
export function stripLevels(mode: HeatMode, run: Run, reading: Recitation): Uint8Array {
  const levels = new Uint8Array(run.ids.length);
  const last = HEAT_SCALES[mode].steps.length;
  for (let token = 0; token < run.scored; token++) {
    const step = stepOf(HEAT_SCALES[mode], heatValue(mode, run.target, reading, token));
    if (step !== UNSCORED_STEP) levels[token] = levelOf(mode, step, last);
  }
  return levels;
}

function levelOf(mode: HeatMode, step: number, steps: number): number {
  if (mode === 'verdict') return step;
  return mode === 'rank' ? steps - step : step + 1;
}

/** Custom properties of the strip's levels 1, 2, ... */
export const STRIP_COLOURS: Readonly<Record<HeatMode, readonly string[]>> = {
  verdict: ['--recited', '--line-strong', '--accent'],
  probability: ['--ramp-1', '--ramp-2', '--ramp-3', '--ramp-4', '--ramp-5'],
  rank: ['--rank-5', '--rank-4', '--rank-3', '--rank-2', '--rank-1'],
  excess: ['--rank-5', '--rank-4', '--rank-3', '--rank-2', '--rank-1'],
};

/** What the strip shows, in words. */
export function describeStrip({ runs, marks }: Recitation): string {
  const memorized = runs.filter(({ mark }) => mark === 'memorized').length;
  const tokens = marks.reduce((count, mark) => count + Number(mark !== 0), 0);
  return `${runs.length} recited runs, ${memorized} of them memorized, ${tokens} tokens in all`;
}
