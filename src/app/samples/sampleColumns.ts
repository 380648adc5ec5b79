/** The columns of the sample table: on screen and in the saved file the same. */
import { csvLines } from '../../core/csv.ts';
import type { ScoredSample } from '../../core/sampleScores.ts';
import type { ScoreMode } from '../../core/screening.ts';
import type { StoredSample } from '../../engine/sampleStore.ts';
import type { Duplicates } from '../../core/similarity/duplicates.ts';
import { columnValues } from './columnValues.ts';
import type { DataSet, Sample } from './dataSet.ts';
import { duplicateColumns } from './duplicates.ts';
import type { SampleColumn } from './sampleColumn.ts';

export type { SampleColumn } from './sampleColumn.ts';

type ScoreName = Exclude<keyof ScoredSample, 'correct' | 'logprobs'>;

const score = (
  id: ScoreName,
  title: string,
  unit: string,
  meaning: string,
  digits: number,
  isMain = false,
): SampleColumn => ({
  id,
  title,
  unit,
  meaning,
  digits,
  isMain,
  value: (_, result) => result?.scored[id] ?? null,
});

const SCORES: readonly SampleColumn[] = [
  score('matchLength', 'N', 'tokens', 'match length: suffix tokens that greedy decoding reproduces', 0, true),
  score('suffixTokens', 'L', 'tokens', 'length of the suffix', 0, true),
  score('prefixTokens', 'prefix', 'tokens', 'length of the prefix', 0),
  score('censored', 'to the end', '', 'no miss was seen: N is at least L', 0),
  score('fragile', 'fragile', '', 'rounding could change N', 0),
  score('logPz', 'ln p_z', 'nats', 'log-probability of the whole suffix under plain sampling', 2, true),
  score('expectedLength', 'E[N]', 'tokens', 'expected match length of one sampled continuation', 1, true),
  score('meanLogprob', 'mean ln p', 'nats', 'ln p_z / L', 3),
  score('accuracy', 'accuracy', '', 'share of suffix tokens that are the first choice', 2),
  score('baseMatchLength', 'base N', 'tokens', 'match length of the base model', 0, true),
  score('baseLogPz', 'base ln p_z', 'nats', 'ln p_z under the base model', 2),
  score('reference', 'excess', 'nats', 'mean logprob under the target minus that under the base', 3, true),
  score('loss', 'LOSS', 'nats', 'mean logprob of prefix and suffix', 3),
  score('zlib', 'zlib', '', 'LOSS / bytes of the zlib stream', 5),
  score('minK', 'Min-20%', 'nats', 'mean of the lowest 20% of the logprobs', 3),
  score('minKPlusPlus', 'Min-20%++', '', 'the same of standardised logprobs', 3),
  score('gapK', 'Gap-20%', '', 'gap to the best token, smoothed, lowest 20%', 3),
  score('surp', 'SURP', 'nats', 'mean logprob where the model was sure and surprised', 3),
];

/** Decimals that show a column of numbers as it is, two at most. */
function decimalsOf(samples: readonly Sample[], name: string): number {
  const { values } = columnValues(samples, name);
  const isWhole = values.every((value) => typeof value !== 'number' || Number.isInteger(value));
  return isWhole ? 0 : 2;
}

/** Columns of a data set: its own, then the copies within it where they are known, then the scores. */
export function columnsOf(
  { columns, samples }: DataSet,
  duplicates: Duplicates | null = null,
): SampleColumn[] {
  const own = columns.map(({ name, kind }): SampleColumn => ({
    id: `column:${name}`,
    title: name,
    unit: '',
    meaning: 'as in the input',
    value: (sample) => sample.columns[name] ?? null,
    digits: kind === 'numeric' ? decimalsOf(samples, name) : null,
    isMain: kind !== 'text' && columns.length <= 6,
  }));
  return [...own, ...duplicateColumns(duplicates), ...SCORES];
}

/**
 * The whole table as CSV, one line a sample; unscored samples have empty cells, and so has what a screening leaves
 * open, as the column `mode` says.
 */
export function* tableCsv(
  dataSet: DataSet,
  results: readonly (StoredSample | null)[],
  mode: ScoreMode = 'full',
  duplicates: Duplicates | null = null,
): Generator<string> {
  const columns = columnsOf(dataSet, duplicates);
  const header = columns.map(({ title, unit }) => (unit ? `${title} (${unit})` : title));
  const rows = dataSet.samples.map((sample, index) => {
    const result = results[index] ?? null;
    const cut = result?.cut;
    return [
      sample.id,
      sample.source,
      sample.line,
      ...columns.map(({ value }) => value(sample, result, index)),
      cut?.isMoved ?? null,
      cut?.leftOut ?? null,
      cut?.leftOutBehind ?? null,
      result ? mode : null,
      cut ? sample.text.slice(cut.from, cut.cut) : sample.text,
      cut ? sample.text.slice(cut.cut, cut.to) : null,
    ];
  });
  yield* csvLines(
    [
      'id',
      'source',
      'line',
      ...header,
      'cut moved',
      'prefix tokens left out',
      'suffix tokens left out',
      'mode',
      'prefix',
      'suffix',
    ],
    rows,
  );
}
