/** The built-in experiments in a saved analysis: their results whole, since no sample of the file need be planted. */
import type { Dependence } from '../../core/analyses/dependence.ts';
import type { Accumulation, BySide, StructureContrast } from '../../core/analyses/experiments.ts';
import type { Redundancy } from '../../core/analyses/redundancy.ts';
import type { GivenCopies, SubsetComparison } from '../../core/analyses/subsetSimilarity.ts';
import { FAMILIES } from '../../core/analyses/subsets.ts';
import type { RunOrigin } from '../../core/run.ts';
import type { GapIntervals } from '../../core/similarity/gapIntervals.ts';
import type { SimilarityGap } from '../../core/similarity/embeddings.ts';
import type { Correlation } from '../../core/statistics/association.ts';
import type {
  BootstrapInterval,
  BootstrapRefusal,
  BootstrapResult,
} from '../../core/statistics/bootstrap.ts';
import type { LagPoint } from '../../core/statistics/dependence.ts';
import type { SampleRunSettings } from '../../engine/sampleStore.ts';
import {
  count,
  flag,
  floats,
  listOf,
  number,
  objectOf,
  oneOf,
  optional,
  orNull,
  text,
  type Decoder,
} from './decoders.ts';
import type {
  Experiment,
  ExperimentName,
  ExperimentResults,
  ForBoth,
  KnownExperiments,
} from './experimentResults.ts';
import { isObject } from './fileChecks.ts';
import type { PanelRun } from './panelFile.ts';

const bothOf = <T>(of: Decoder<T>): Decoder<ForBoth<T>> => objectOf<ForBoth<T>>({ target: of, base: of });

const accumulation = objectOf<Accumulation>({
  points: listOf(
    objectOf({
      n: count,
      samples: count,
      accuracy: number,
      product: number,
      grouped: number,
      empirical: number,
      low: number,
      high: number,
    }),
  ),
  failsAt: orNull(count),
  groupedFailsAt: orNull(count),
  last: count,
  errorBits: number,
  groupedErrorBits: number,
});

const correlation = objectOf<Correlation>({ r: number, p: number, n: count });

const redundancy = objectOf<Redundancy>({
  sets: listOf(
    objectOf({
      name: text,
      samples: count,
      prefixSimilarity: number,
      fullSimilarity: number,
      gap: number,
      meanLength: number,
      baseMeanLength: number,
    }),
  ),
  gapWithLength: correlation,
  prefixWithLength: correlation,
  samples: count,
});

const interval = objectOf<BootstrapInterval>({
  estimate: number,
  low: number,
  high: number,
  method: oneOf(['bca', 'percentile']),
  replicates: count,
  bias: number,
  acceleration: number,
});
const refusal = objectOf<BootstrapRefusal>({ estimate: number, refused: oneOf(['extreme', 'undefined']) });
const bootstrap: Decoder<BootstrapResult> = (value, where) =>
  isObject(value) && 'refused' in value ? refusal(value, where) : interval(value, where);

const gap = objectOf<SimilarityGap>({ input: number, full: number, gap: number });
const intervals = objectOf<GapIntervals>({
  input: bootstrap,
  full: bootstrap,
  gap: bootstrap,
  replicates: count,
});
const given = objectOf<GivenCopies>({ plain: correlation, copies: correlation, copiesAndKind: correlation });
const bySpace = objectOf({ raw: given, centred: given });

const subsets = objectOf<SubsetComparison>({
  texts: count,
  sets: listOf(
    objectOf({
      family: oneOf(FAMILIES),
      name: text,
      samples: count,
      redundancy: number,
      raw: gap,
      centred: gap,
      intervals: orNull(intervals),
      meanLength: number,
      baseMeanLength: number,
    }),
  ),
  gap: bySpace,
  redundancy: bySpace,
  overSets: correlation,
  background: objectOf({ prefix: number, full: number }),
});

const lagPoint = objectOf<LagPoint>({
  lag: count,
  pairs: count,
  mi: number,
  corrected: number,
  nullMean: number,
  nullHigh: number,
  p: number,
  noVariation: flag,
});

const dependence = objectOf<Dependence>({
  samples: count,
  lags: listOf(lagPoint),
  conditional: listOf(lagPoint),
  conditionalSamples: count,
  prefix: floats,
  gain: floats,
  whole: orNull(objectOf({ n: count, samples: count, log2Mean: number, log2Product: number })),
  mean: number,
  conditionalMean: number,
  p: number,
  conditionalP: number,
});

const bySide = objectOf<BySide>({ structured: number, prose: number });

const contrast = objectOf<StructureContrast>({
  structured: dependence,
  prose: dependence,
  means: bySide,
  bounds: bySide,
  difference: number,
  p: number,
});

const settings = objectOf<SampleRunSettings>({
  modelId: text,
  modelHash: text,
  adapterId: orNull(text),
  adapterHash: orNull(text),
  hasReference: flag,
  mode: oneOf(['full', 'screening']),
  split: text,
});

const origin = objectOf<RunOrigin>({
  device: oneOf(['webgpu', 'wasm']),
  deviceName: text,
  earlierDevices: optional(listOf(text)),
  threads: count,
  precomputed: flag,
  appVersion: text,
  startedAt: text,
  elapsedMs: number,
});

/** How many there are of something that a file does not list. */
const length = objectOf({ length: count });

const run = objectOf<PanelRun>({
  dataSet: orNull(objectOf({ name: text, problems: length })),
  settings: orNull(settings),
  origin: orNull(origin),
  scored: count,
  total: count,
  unscorable: length,
  isComplete: flag,
});

const results: { readonly [Name in ExperimentName]: Decoder<ExperimentResults[Name]> } = {
  length: bothOf(accumulation),
  similarity: objectOf({ subsets, layer: text, lexical: redundancy }),
  structure: bothOf(contrast),
};

/** @throws {MemoscopeError} `InvalidInput`. */
export function readExperiments(fields: unknown): KnownExperiments {
  const one = <Name extends ExperimentName>(name: Name): Decoder<Experiment<Name> | null> =>
    orNull(objectOf<Experiment<Name>>({ result: results[name], run }));
  const all = objectOf({ length: one('length'), similarity: one('similarity'), structure: one('structure') });
  return all(fields, 'experiments');
}
