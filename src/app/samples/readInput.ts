/** What a visitor pastes, as a set of samples. */
import type { DataSet } from './dataSet.ts';

/** One sample a line; empty lines are no samples. */
export function readLines(text: string, source: string): DataSet {
  const samples = text.split(/\r?\n/).flatMap((line, index) =>
    line.trim() === ''
      ? []
      : [
          {
            id: `${source}:${index + 1}`,
            source,
            line: index + 1,
            prefix: null,
            suffix: null,
            text: line,
            columns: {},
          },
        ],
  );
  return { name: source, samples, problems: [], shape: 'one sample a line', columns: [] };
}
