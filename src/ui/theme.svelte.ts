export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'theme';

const isTheme = (value: unknown): value is Theme => THEMES.includes(value as Theme);

/** Light, dark or as the system has it; remembered where the browser lets a page remember. */
class ThemeChoice {
  current = $state<Theme>('system');

  /** Before the first paint, so that nothing flashes. */
  restore(): void {
    try {
      const stored = localStorage.getItem(KEY);
      this.set(isTheme(stored) ? stored : 'system');
    } catch {
      // Storage is denied (private mode): the system's theme it is.
      this.set('system');
    }
  }

  set(theme: Theme): void {
    this.current = theme;
    const root = document.documentElement;
    if (theme === 'system') root.removeAttribute('data-theme');
    else root.dataset['theme'] = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Denied: the choice lasts as long as the page.
      return;
    }
  }

  next(): void {
    this.set(THEMES[(THEMES.indexOf(this.current) + 1) % THEMES.length] ?? 'system');
  }
}

export const theme = new ThemeChoice();
