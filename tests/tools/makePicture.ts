/** Takes the README's picture from the built page: `npm run build && node tests/tools/run.mjs tests/tools/makePicture.ts`. */
import { chromium } from 'playwright-core';
import { BROWSER_ARGUMENTS, findBrowser } from './browser.mjs';
import { serveSite } from './siteServer.ts';

const executablePath = findBrowser();
if (!executablePath) throw new Error('no Chromium found');
const server = await serveSite('dist');
const browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(server.url);
  await page.locator('[data-testid="verdict"][data-state="done"]').waitFor();
  await page.waitForTimeout(1000);
  await page.screenshot({ path: 'tests/tools/picture.png' });
} finally {
  await browser.close();
  await server.close();
}
