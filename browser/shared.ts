// One Chromium and one service for all the tests of a process: `npm run test:browser` runs every file in one.

import { after } from 'node:test';
import { openBrowser } from './open-browser.ts';
import { startService } from './start-service.ts';

export const [browser, service] = await Promise.all([openBrowser(), startService()]);

after(async () => {
  await browser.close();
  await service.close();
});
