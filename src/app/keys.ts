/** The keyboard as one table: what the sheet shows is what the page obeys. */
export const SHORTCUTS = [
  { keys: ['/'], action: 'input', label: 'Go to the text box' },
  { keys: ['Ctrl', 'Enter'], action: 'run', label: 'Run' },
  { keys: ['Esc'], action: 'escape', label: 'Close what is open, unpin the token' },
  { keys: ['←', '→'], action: null, label: 'Previous, next token (in the text)' },
  { keys: ['Shift', '←', '→'], action: null, label: 'Previous, next word (in the text)' },
  { keys: ['['], action: 'previousRun', label: 'Previous run the model recites' },
  { keys: [']'], action: 'nextRun', label: 'Next run the model recites' },
  { keys: ['m'], action: 'mode', label: 'Next colouring' },
  { keys: ['e'], action: 'export', label: 'Save the tokens as CSV' },
  { keys: ['←', '↑', '→', '↓'], action: null, label: 'Move among the examples' },
  { keys: ['Ctrl', 'Z'], action: null, label: 'Take the last selection back (in the samples)' },
  { keys: ['Enter'], action: null, label: 'Open the sample in the text view (in the table)' },
  { keys: ['?'], action: 'keys', label: 'This sheet' },
] as const;

export type KeyAction = Exclude<(typeof SHORTCUTS)[number]['action'], null>;

const BY_KEY: Readonly<Record<string, KeyAction>> = {
  '/': 'input',
  '[': 'previousRun',
  ']': 'nextRun',
  m: 'mode',
  e: 'export',
  '?': 'keys',
};

/** The part of KeyboardEvent that decides. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/**
 * What a key press asks of the page, or null.
 *
 * @param isTyping True while a text field has the focus: single letters are text there.
 */
export function actionOf({ key, ctrlKey, metaKey, altKey }: KeyPress, isTyping: boolean): KeyAction | null {
  if (key === 'Enter') return ctrlKey || metaKey ? 'run' : null;
  if (key === 'Escape') return 'escape';
  if (isTyping || ctrlKey || metaKey || altKey) return null;
  return BY_KEY[key] ?? null;
}
