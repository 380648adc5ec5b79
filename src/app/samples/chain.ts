import { sha256OfText } from '../../engine/hashing.ts';

/** Samples that are hashed and written at once. */
const PIECE = 500;

/** h_k = SHA-256(h_(k - 1) + the next {@link PIECE} lines), h_0 empty. */
export class Chain {
  private last = '';
  private lines: string[] = [];

  async add(line: string): Promise<void> {
    this.lines.push(line);
    if (this.lines.length === PIECE) await this.fold();
  }

  async end(): Promise<string> {
    if (this.lines.length > 0 || this.last === '') await this.fold();
    return this.last;
  }

  private async fold(): Promise<void> {
    this.last = await sha256OfText(this.last + this.lines.join('\n'));
    this.lines = [];
  }
}

/** What stands beside a sample’s numbers in a file, with a hash of its own. */
export class Beside {
  private readonly chain = new Chain();
  private readonly name: string;
  private readonly textOf: (index: number) => string | null;

  /** @param textOf null for a sample that has none; samples are asked for in order. */
  constructor(name: string, textOf: (index: number) => string | null) {
    this.name = name;
    this.textOf = textOf;
  }

  /** The next sample’s, by name. */
  async field(index: number): Promise<Readonly<Record<string, string | null>>> {
    const text = this.textOf(index);
    await this.chain.add(text ?? '');
    return { [this.name]: text };
  }

  end(): Promise<string> {
    return this.chain.end();
  }
}
