/** What the input box holds of a text. */
import { tick } from 'svelte';

/** Characters from which a text is long. */
const LONG = 20_000;
/** Characters of a long text that the box begins with. */
const BEGINNING = 10_000;

/** A text's beginning, up to the end of a line or a word if one is near. It never ends within a character. */
function beginningOf(text: string): string {
  const line = text.lastIndexOf('\n', BEGINNING) + 1;
  const word = text.lastIndexOf(' ', BEGINNING) + 1;
  const end = line > BEGINNING / 2 ? line : word;
  if (end > BEGINNING / 2) return text.slice(0, end);
  const isWithin = /[\uD800-\uDBFF\r]/.test(text[BEGINNING - 1] ?? '');
  return text.slice(0, isWithin ? BEGINNING - 1 : BEGINNING);
}

/**
 * A browser breaks the lines of a box in one go, which takes a tenth of a second for a book. So a long text that comes
 * from elsewhere than the box (from the last visit, a file, an example) is in it with its beginning only until somebody
 * goes into the box: from then on all of it is. What is scored is the text, never what the box happens to hold.
 */
export class BoxText {
  private readonly owner: { draft: string };
  private hasFocus = $state(false);
  /** The text that the box was given or gave as a whole last. */
  private whole = $state.raw<string | null>(null);

  /** @param owner has the text. */
  constructor(owner: { draft: string }) {
    this.owner = owner;
  }

  private readonly isWhole = $derived.by(() => {
    const { draft } = this.owner;
    return this.hasFocus || draft.length <= LONG || draft === this.whole;
  });

  /** What is in the box. Written to when somebody changes that. */
  get shown(): string {
    return this.isWhole ? this.owner.draft : beginningOf(this.owner.draft);
  }

  set shown(value: string) {
    // Where something changes the box without going into it, the rest of the text still follows.
    const text = value + this.owner.draft.slice(this.shown.length);
    this.whole = text;
    this.owner.draft = text;
  }

  /** Characters of the text that are not in the box. */
  get left(): number {
    return this.owner.draft.length - this.shown.length;
  }

  /**
   * Somebody goes into the box. Where all that is in it is selected, as before it is written over, all of the text is
   * selected in its place.
   */
  async enter(
    box: Pick<HTMLTextAreaElement, 'value' | 'selectionStart' | 'selectionEnd' | 'select'>,
  ): Promise<void> {
    const isAllSelected = box.selectionStart === 0 && box.selectionEnd === box.value.length;
    const isPart = this.left > 0;
    this.hasFocus = true;
    if (!isPart || !isAllSelected) return;
    await tick();
    box.select();
  }

  leave(): void {
    this.whole = this.owner.draft;
    this.hasFocus = false;
  }
}
