import { defineCollection } from 'astro:content';
import { pelotonStatsLoader } from 'astro-loader-peloton-stats';

export const collections = {
  peloton: defineCollection({
    loader: pelotonStatsLoader({
      baseUrl: process.env.PELOTON_STATS_URL || 'http://127.0.0.1:7071',
      snapshotFile: 'peloton.json',
    }),
  }),
};
