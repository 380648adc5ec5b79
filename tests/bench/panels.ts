/**
 * Times of what the panels show of many samples: what the statistics worker computes, estimates first, then what
 * resamples, and beside it the first figures of the similarity worker. One thread computes all, so what a worker takes
 * is the sum of its lines. `node tests/tools/run.mjs tests/bench/panels.ts [SAMPLES]`, 100,000 invented samples of 50
 * suffix tokens if left out. The rest of what the similarity worker computes is in `pairwise.ts`.
 */
import { analyseCeilings } from '../../src/core/analyses/ceilings.ts';
import { decompose } from '../../src/core/analyses/decomposition.ts';
import { analyseDependence, estimateDependence } from '../../src/core/analyses/dependence.ts';
import { estimateGroups, testGroups } from '../../src/core/analyses/groups.ts';
import { analyseMatchLengths } from '../../src/core/analyses/matchLengths.ts';
import {
  evaluateBlind,
  evaluateScores,
  MEMBERSHIP_SCORES,
  membershipIntervals,
} from '../../src/core/analyses/membership.ts';
import { comparePaired } from '../../src/core/analyses/paired.ts';
import { similarityFigures, spacesOf } from '../../src/core/analyses/similarity.ts';
import { analyseSkew, skewIntervals } from '../../src/core/analyses/skew.ts';
import { analyseWorstCase, simulateMaxima } from '../../src/core/analyses/worstCase.ts';
import { seededRandom } from '../../src/core/random.ts';
import { dequantize, rowsWithDirection, type QuantizedVectors } from '../../src/core/similarity/quantized.ts';
import { runToEnd } from '../../src/core/statistics/bootstrap.ts';
import { tailIndex, tailIntervals } from '../../src/core/statistics/tailIndex.ts';
import { textFeatures } from '../../src/core/textFeatures.ts';
import { tokenRows } from '../../src/core/tokenRows.ts';
import { clock } from './clock.ts';

const samples = Number(process.argv[2] ?? 100_000);
const TOKENS = 50;
const DIMENSIONS = 384;
/** Of more samples a random part is compared. */
const LARGEST_COMPARED = 10_000;
const SEED = 1;
const random = seededRandom(SEED);
const column = (value: (sample: number) => number): Float64Array =>
  Float64Array.from({ length: samples }, (_, sample) => value(sample));

/** Each sample has a chance of its own that a token is right, most of them a small one. */
function invented() {
  const chance = column(() => random() ** 0.3 * 0.98);
  const correct = Uint8Array.from({ length: samples * TOKENS }, (_, at) =>
    Number(random() < (chance[Math.floor(at / TOKENS)] ?? 0)),
  );
  const values = Float32Array.from(correct, (isRight) => (isRight ? -0.2 : -2) * random());
  const offsets = Uint32Array.from({ length: samples + 1 }, (_, sample) => sample * TOKENS);
  const n = column((sample) => {
    const miss = correct.subarray(sample * TOKENS, (sample + 1) * TOKENS).indexOf(0);
    return miss < 0 ? TOKENS : miss;
  });
  return { matches: { n, length: column(() => TOKENS) }, suffixes: { correct, values, offsets } };
}

const { matches, suffixes } = invented();
const groups = { names: ['a', 'b', 'c', 'd'], of: Int16Array.from({ length: samples }, (_, i) => i % 4) };
const other = { n: matches.n.map((value) => Math.floor(value * random())), length: matches.length };
const rows = tokenRows(
  Array.from({ length: samples }, () => Uint32Array.from({ length: 2 * TOKENS }, () => 8192 * random() ** 2)),
);
const starts = new Uint32Array(samples).fill(TOKENS);
const member = Int8Array.from({ length: samples }, (_, sample) => sample % 2);
const scores = MEMBERSHIP_SCORES.map(() => column((sample) => random() + (member[sample] ?? 0) / 4));
const features = textFeatures(
  Array.from({ length: samples }, (_, sample) => `Sample ${sample} says ${random()}`),
  column(() => 20),
);

/** Random directions: what is timed depends on their number alone. */
function inventedEmbeddings(n: number): QuantizedVectors {
  const steps = Int16Array.from({ length: n * DIMENSIONS }, () => 65_535 * random() - 32_768);
  return { n, d: DIMENSIONS, steps, scales: new Float32Array(n).fill(1e-4) };
}

function similarityEstimates(): void {
  const n = Math.min(samples, LARGEST_COMPARED);
  const [prefixes, fulls] = [inventedEmbeddings(n), inventedEmbeddings(n)];
  const similarity = clock(`${n} embeddings of ${DIMENSIONS} dimensions, in the other worker: first figures`);
  const spaces = similarity.time('reading and centring', () => {
    const known = rowsWithDirection(prefixes, fulls);
    return spacesOf({ prefixes: dequantize(prefixes, known), fulls: dequantize(fulls, known) });
  });
  const of = groups.of.slice(0, n);
  similarity.time('S_input, S_full, gap, background', () =>
    similarityFigures(spaces, { names: groups.names, of }, SEED),
  );
  similarity.total();
}

const estimates = clock(`${samples} samples of ${TOKENS} tokens: estimates`);
estimates.time('match length', () => analyseMatchLengths(matches));
estimates.time('decomposition', () => decompose(matches, suffixes, groups));
estimates.time('skew', () => analyseSkew(matches.n));
estimates.time('tail', () => tailIndex(matches));
estimates.time('worst case', () => analyseWorstCase(matches));
estimates.time('dependence', () => estimateDependence(matches, suffixes));
estimates.time('groups', () => estimateGroups(matches, groups));
estimates.time('two runs', () => comparePaired(other, matches));
estimates.time('membership', () => evaluateScores(scores, member));
estimates.time('ceilings', () => analyseCeilings(rows, starts, matches.n));
estimates.total();
similarityEstimates();
const resampled = clock('with resampling');
resampled.time('intervals of skew', () => runToEnd(skewIntervals(matches.n, SEED)));
resampled.time('intervals of the tail', () => runToEnd(tailIntervals(matches, { seed: SEED })));
resampled.time('worst case, random subsamples', () => runToEnd(simulateMaxima(matches.n, SEED)));
resampled.time('groups, tests', () => testGroups(matches, groups, SEED));
const { blindScores } = resampled.time('membership, blind baseline', () =>
  evaluateBlind(features, member, SEED),
);
resampled.time('intervals of membership', () =>
  runToEnd(membershipIntervals(scores, blindScores, member, SEED)),
);
resampled.time('dependence, permutations', () => analyseDependence(matches, suffixes, SEED));
resampled.total();
