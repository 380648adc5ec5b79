import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from 'vitest';
import { analyse, plantedText, visit } from './visit.ts';

for (const colorScheme of ['light', 'dark'] as const)
  for (const viewport of [
    { width: 360, height: 780 },
    { width: 1440, height: 900 },
  ])
    test(`axe finds nothing serious and nothing scrolls sideways: ${colorScheme}, ${viewport.width} px`, async () => {
      await visit({ colorScheme, viewport }, async ({ page }) => {
        await analyse(page, plantedText('prose', 16));
        for (const mode of ['verdict', 'probability', 'rank', 'excess']) {
          await page.getByTestId(`mode-${mode}`).click();
          const { violations } = await new AxeBuilder({ page: page }).analyze();
          const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
          expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
        }
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow).toBe(0);
      });
    });
