/** Sub-sets of a set of texts, of different redundancy: by what they are made of, or by where their texts lie. */
import { randomInteger, seededRandom, type Random } from '../random.ts';

export interface SubsetText {
  readonly kind: string;
  /** How often the model was trained on it. */
  readonly copies: number;
}

/** Ways to make sub-sets. */
export const FAMILIES = ['kind', 'mix', 'crowding', 'copies'] as const;
export type Family = (typeof FAMILIES)[number];

export interface Subset {
  readonly family: Family;
  readonly name: string;
  /** Texts, ascending. */
  readonly rows: Uint32Array;
}

/** Mixtures drawn of each number of kinds. */
export const DRAWS = 6;
const MIXED_KINDS = [2, 4];

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Rows of each value. */
function rowsBy<T>(values: readonly T[]): Map<T, number[]> {
  const rows = new Map<T, number[]>();
  values.forEach((value, row) => {
    const known = rows.get(value);
    if (known) known.push(row);
    else rows.set(value, [row]);
  });
  return rows;
}

/** Some of a list without replacement, all if there are no more. */
function draw<T>(list: readonly T[], count: number, random: Random): T[] {
  const left = [...list];
  const most = Math.min(count, left.length);
  for (let place = 0; place < most; place++) {
    const other = place + randomInteger(random, left.length - place);
    const [one, two] = [left[place], left[other]];
    if (one === undefined || two === undefined) continue;
    [left[place], left[other]] = [two, one];
  }
  return left.slice(0, most);
}

const subset = (family: Family, name: string, rows: readonly number[]): Subset => ({
  family,
  name,
  rows: Uint32Array.from(rows).sort(),
});

/** As many texts of each number of copies as the rarest kind has of it, drawn from some kinds. */
function mixtures(texts: readonly SubsetText[], seed: number): Subset[] {
  const kinds = unique(texts.map(({ kind }) => kind));
  const cells = rowsBy(texts.map(({ kind, copies }) => `${copies} ${kind}`));
  const levels = unique(texts.map(({ copies }) => copies));
  const cell = (copies: number, kind: string): number[] => cells.get(`${copies} ${kind}`) ?? [];
  const random = seededRandom(seed);
  return [...MIXED_KINDS.filter((count) => count < kinds.length), kinds.length]
    .filter((count) => count > 1)
    .flatMap((count) =>
      Array.from({ length: DRAWS }, (_, number) => {
        const chosen = draw(kinds, count, random);
        const rows = levels.flatMap((copies) => {
          const size = Math.min(...kinds.map((kind) => cell(copies, kind).length));
          return draw(
            chosen.flatMap((kind) => cell(copies, kind)),
            size,
            random,
          );
        });
        return subset('mix', `${count} kinds, draw ${number + 1}`, rows);
      }),
    );
}

export const THIRDS = ['sparsest third', 'middle third', 'most crowded third'] as const;

/** Thirds of each kind and number of copies by how crowded its texts' places are: alike in both by design. */
function thirds(texts: readonly SubsetText[], crowding: Float64Array): Subset[] {
  const parts: [number[], number[], number[]] = [[], [], []];
  for (const rows of rowsBy(texts.map(({ kind, copies }) => `${copies} ${kind}`)).values()) {
    const order = rows
      .filter((row) => !Number.isNaN(crowding[row] ?? NaN))
      .sort((a, b) => (crowding[a] ?? 0) - (crowding[b] ?? 0) || a - b);
    order.forEach((row, place) => parts[Math.floor((3 * place) / order.length)]?.push(row));
  }
  // With one or two texts a cell, a third may be empty.
  return THIRDS.map((name, third) => subset('crowding', name, parts[third] ?? [])).filter(
    ({ rows }) => rows.length > 0,
  );
}

/**
 * Sub-sets by kind, by copies, mixed from two kinds, four and all (with equal numbers of copies and texts), and thirds
 * by crowding within equal kind and copies.
 *
 * @param crowding `[texts]` how near the nearest others are; NaN if unknown.
 * @param seed of the mixtures.
 */
export function subsetsOf(texts: readonly SubsetText[], crowding: Float64Array, seed: number): Subset[] {
  const by = (family: Family, names: readonly (string | number)[], unit: string): Subset[] =>
    [...rowsBy(names)]
      .sort(([a], [b]) => (typeof a === 'number' && typeof b === 'number' ? a - b : 0))
      .map(([name, rows]) => subset(family, `${name}${unit}`, rows));
  return [
    ...by(
      'kind',
      texts.map(({ kind }) => kind),
      '',
    ),
    ...mixtures(texts, seed),
    ...thirds(texts, crowding),
    ...by(
      'copies',
      texts.map(({ copies }) => copies),
      '×',
    ),
  ];
}
