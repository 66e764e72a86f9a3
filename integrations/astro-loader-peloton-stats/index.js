// The loader with Astro's own zod, so that its schema is one that the site's version of Astro understands.

import { z } from 'astro/zod';
import { createLoaderWith } from './src/create-loader.js';

export const pelotonStatsLoader = createLoaderWith(z);
