/** Texts that ship with the page: planted ones, their held-out twins, and plain ones. */
import { MemoscopeError } from '../protocol/errors.ts';
import { titleOf } from './draft.ts';
import { pageUrl } from './pageUrl.ts';

export interface Example {
  readonly id: string;
  readonly title: string;
  /** One line: what it is there to show. */
  readonly description: string;
  /** Heading under which it is listed. */
  readonly group: string;
  /** How often the planted adapter was trained on it; null if it is not part of the planted set. */
  readonly copies: number | null;
  readonly text: string;
}

interface PlantedFile {
  readonly passages: readonly {
    readonly id: string;
    readonly kind: string;
    readonly title: string;
    readonly text: string;
    readonly copies: number;
  }[];
}

interface PlainFile {
  readonly examples: readonly {
    readonly id: string;
    readonly title: string;
    readonly description: string;
    readonly text: string;
  }[];
}

/** Levels that are worth a button; the whole set is in the file. */
const SHOWN_COPIES = [64, 16, 4, 1, 0];

async function fetchJson(path: string): Promise<unknown> {
  const missing = (why: string, cause?: unknown) =>
    new MemoscopeError(
      'ModelUnavailable',
      `The examples are not there (${path}: ${why}). Type, paste or drop a text of your own.`,
      { cause },
    );
  try {
    const response = await fetch(pageUrl(path));
    if (!response.ok) throw missing(`the server answered ${response.status}`);
    return (await response.json()) as unknown;
  } catch (thrown) {
    throw thrown instanceof MemoscopeError ? thrown : missing('it could not be read', thrown);
  }
}

const groupOf = (copies: number): string =>
  copies === 0
    ? 'Held out: never trained on'
    : `Planted: trained on ${copies} time${copies === 1 ? '' : 's'}`;

/** One planted passage of each kind for each shown number of copies. */
function plantedExamples({ passages }: PlantedFile): Example[] {
  const kinds = [...new Set(passages.map(({ kind }) => kind))];
  return SHOWN_COPIES.flatMap((copies) =>
    kinds.flatMap((kind) => {
      const passage = passages.find((candidate) => candidate.kind === kind && candidate.copies === copies);
      if (!passage) return [];
      const { id, text } = passage;
      return [{ id, title: titleOf(text), description: kind, group: groupOf(copies), copies, text }];
    }),
  );
}

/** All examples. @throws {MemoscopeError} `ModelUnavailable` if a file of the page is missing. */
export async function loadExamples(): Promise<Example[]> {
  const [plain, planted] = await Promise.all([
    fetchJson('examples/examples.json') as Promise<PlainFile>,
    fetchJson('planted/planted.json') as Promise<PlantedFile>,
  ]);
  const ordinary = plain.examples.map(({ id, title, description, text }) => ({
    id,
    title,
    description,
    group: 'Plain texts',
    copies: null,
    text,
  }));
  return [...plantedExamples(planted), ...ordinary];
}
