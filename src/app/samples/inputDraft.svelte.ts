import { LastWish } from './lastWish.ts';

/** Where samples come from. */
export type SampleSource = 'planted' | 'own';

/** Samples that were asked for, with the text that was in the box then. */
interface Asked {
  readonly pasted: string;
  /** Text of the box that they are made of; null for files and the planted set. */
  readonly text: string | null;
}

/** What a visitor is putting in: the source, the text in the box, and whether any of it is being read. */
export class InputDraft {
  /** The source that was chosen; null as long as what is in decides. */
  chosen = $state<SampleSource | null>(null);
  /** Text in the box. */
  pasted = $state('');
  private asked = $state.raw<Asked | null>(null);
  /** What was asked for when the samples that are in came. */
  private arrived = $state.raw<Asked>({ pasted: '', text: null });
  private readonly wish: LastWish;

  /** @param onProblem told why the last input cannot be read. */
  constructor(onProblem: (message: string) => void) {
    this.wish = new LastWish(onProblem);
  }

  /** True from the time that samples are asked for until they are in. */
  readonly isReading = $derived.by(() => this.asked !== null);

  /** True if there is text in the box that is not what is in. */
  readonly isUnread = $derived(this.pasted.trim() !== '' && this.pasted !== this.arrived.text);

  /** True if that text was changed since samples were asked for last: then it is meant to be read. */
  readonly waits = $derived(this.isUnread && this.pasted !== this.arrived.pasted);

  /** Things asked for so far. */
  get count(): number {
    return this.wish.count;
  }

  /** Text of the box that the samples that are in are made of; null for others. */
  get text(): string | null {
    return this.arrived.text;
  }

  /** Asks for samples. Never rejects. See {@link LastWish.follow}. @param text the text that they are made of. */
  async ask(work: (check: () => void) => Promise<void>, text: string | null = null): Promise<void> {
    const asked = (this.asked = { pasted: text ?? this.pasted, text });
    await this.wish.follow(work);
    if (this.asked === asked) this.asked = null;
  }

  /** Asks for something else than samples. Never rejects. */
  follow(work: (check: () => void) => Promise<void>): Promise<void> {
    return this.wish.follow(work);
  }

  /** The samples that were asked for are in. */
  arrive(): void {
    if (this.asked) this.arrived = this.asked;
    this.asked = null;
  }
}
