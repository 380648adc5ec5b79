/** The panels that are on the page, so that reports and exports have them all without knowing any of them. */
import { getContext, setContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { LegendEntry } from '../../charts/svgFile.ts';
import type { PanelNumbers } from './analysisFile.ts';
import type { PanelTable } from './panelFile.ts';

/** A panel as it is now. */
export interface ShownPanel {
  readonly id: string;
  readonly title: string;
  readonly shows: string;
  readonly facts: string;
  /** That not all samples are scored yet; '' once they are. */
  readonly soFar: string;
  readonly table: PanelTable;
  readonly legend: readonly LegendEntry[];
  /** True if figure or table hold texts of the samples. */
  readonly holdsTexts: boolean;
  /** What the figures lie in. */
  readonly body: HTMLElement | undefined;
}

export class PanelRegistry {
  /** Values, not what computes them: that may be asked when its panel is about to go, and its input is gone. */
  private readonly panels = new SvelteMap<string, ShownPanel>();

  /** Tells of a panel as it is now. @returns takes it out again. */
  add(panel: ShownPanel): () => void {
    const { id } = panel;
    this.panels.set(id, panel);
    return () => {
      if (this.panels.get(id) === panel) this.panels.delete(id);
    };
  }

  /** Panels in the order in which they are read. */
  shown(): ShownPanel[] {
    const all = [...this.panels.values()];
    return all.sort((a, b) => {
      if (!a.body || !b.body) return 0;
      return a.body.compareDocumentPosition(b.body) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
    });
  }

  /** The numbers of all panels that have any yet. @param hasTexts false: without those that hold texts of the samples. */
  numbers(hasTexts = true): PanelNumbers[] {
    return this.shown()
      .filter(({ holdsTexts, table }) => (hasTexts || !holdsTexts) && table.rows.length > 0)
      .map(({ id, title, shows, facts, table: { header, rows } }) => ({
        id,
        title,
        shows,
        facts,
        header,
        rows,
      }));
  }
}

const KEY = Symbol('panels');

export const providePanels = (registry: PanelRegistry): PanelRegistry => setContext(KEY, registry);

/** The registry of the view around; null in none. */
export const panelsAround = (): PanelRegistry | null => getContext<PanelRegistry | undefined>(KEY) ?? null;
