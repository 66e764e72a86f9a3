// Nothing of the stats is configured here: where they come from is in src/content.config.ts. Style sheets stay files, so that
// the policy in public/staticwebapp.config.json needs no exception.

import { defineConfig } from 'astro/config';

export default defineConfig({ site: 'https://example.com', build: { inlineStylesheets: 'never' } });
