// (f) The bytes of each public answer, in each coding. They are counted, not measured: no round changes them.

import { type Context, createApp } from '../src/app.ts';
import { ratio } from './measure.ts';
import type { Report } from './report.ts';
import type { Service } from './service.ts';

const quiet: Context = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error };

export async function measureAnswers({ settings }: Service): Promise<Report> {
  const { sync, syncNow, health, statsDay, ...handlers } = createApp(settings);
  const rows = [];
  const sums = { identity: 0, gzip: 0, br: 0 };
  for (const [name, handler] of Object.entries(handlers)) {
    const sizes = { identity: 0, gzip: 0, br: 0 };
    for (const coding of ['identity', 'gzip', 'br'] as const) {
      const headers = new Headers({ 'accept-encoding': coding });
      const { body } = await handler({ method: 'GET', headers, query: new URLSearchParams(), params: {} }, quiet);
      sizes[coding] = body?.length ?? 0;
      sums[coding] += sizes[coding];
    }
    const { identity, gzip, br } = sizes;
    const figures = [identity, gzip, br].map(size => size.toLocaleString('en')).join(', ');
    rows.push({ what: name, figures, ratio: `${ratio(br, identity)}` });
  }
  return {
    title: 'Bytes of each answer: plain, gzip, brotli',
    rows,
    ratios: {
      brotli_bytes_vs_plain: ratio(sums.br, sums.identity),
      gzip_bytes_vs_plain: ratio(sums.gzip, sums.identity),
    },
  };
}
