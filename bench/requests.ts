// (b), (c) What a request costs: the built handler inside a bare node:http server, the local host around it, and a bare
// node:http server that answers the same bytes with the same headers. Plain, in brotli, and 304.

import { type Figures, ratio, takeTurns } from './measure.ts';
import type { Report } from './report.ts';
import { type Server, type ServerKind, startServer } from './server.ts';
import type { Service } from './service.ts';

const requests = 2_000;
const rounds = 9;

export async function measureRequests({ settings, countStoreCalls }: Service): Promise<Report> {
  const [bare, handler, host] = await Promise.all(
    (['bare', 'handler', 'host'] satisfies ServerKind[]).map(kind => startServer(kind, settings)),
  );
  if (!bare || !handler || !host) throw new TypeError('Three kinds give three servers.');
  const tag = await host.readTag('/api/stats');
  const plain = (server: Server) => () => server.load({ path: '/api/stats', headers: {}, requests });
  const brotli = (server: Server, path: string) => () =>
    server.load({ path, headers: { 'Accept-Encoding': 'gzip, deflate, br' }, requests });
  const known = (server: Server, path: string) => () =>
    server.load({ path, headers: { 'If-None-Match': tag }, requests });
  countStoreCalls();
  const taken = await takeTurns(
    {
      bare: plain(bare),
      handler: plain(handler),
      host: plain(host),
      bareBrotli: brotli(bare, '/brotli'),
      handlerBrotli: brotli(handler, '/api/stats'),
      bareKnown: known(bare, '/not-modified'),
      handlerKnown: known(handler, '/api/stats'),
    },
    rounds,
  );
  const perThousand = ratio(countStoreCalls() * 1_000, requests * (rounds + 1) * 4); // the four that have a store
  for (const server of [bare, handler, host]) server.close();
  return {
    title: 'A request for the stats, against a bare node:http server with the same bytes',
    ...compare(taken, perThousand),
  };
}

type Way = 'bare' | 'handler' | 'host' | 'bareBrotli' | 'handlerBrotli' | 'bareKnown' | 'handlerKnown';

/** Sets each of our servers against the bare one that sends the same. */
function compare(taken: Record<Way, Figures>, perThousand: number): Pick<Report, 'rows' | 'ratios'> {
  const row = (what: string, name: Way, base: Way) => ({
    what,
    figures: `${taken[name].cpuUs?.toFixed(0)} µs of CPU, ${taken[name].perSecond?.toFixed(0)} a second`,
    ratio: `${ratio(taken[name].cpuUs, taken[base].cpuUs)} of CPU, ${ratio(taken[name].perSecond, taken[base].perSecond)} of requests`,
  });
  return {
    rows: [
      row('bare node:http', 'bare', 'bare'),
      row('the handler in node:http', 'handler', 'bare'),
      row('the local host', 'host', 'bare'),
      row('bare node:http, brotli', 'bareBrotli', 'bareBrotli'),
      row('the handler, brotli', 'handlerBrotli', 'bareBrotli'),
      row('bare node:http, 304', 'bareKnown', 'bareKnown'),
      row('the handler, 304', 'handlerKnown', 'bareKnown'),
      { what: 'storage calls per 1,000 requests', figures: `${perThousand}` },
    ],
    ratios: {
      handler_cpu_vs_bare_http: ratio(taken.handler.cpuUs, taken.bare.cpuUs),
      handler_brotli_cpu_vs_bare_http: ratio(taken.handlerBrotli.cpuUs, taken.bareBrotli.cpuUs),
      handler_304_cpu_vs_bare_http: ratio(taken.handlerKnown.cpuUs, taken.bareKnown.cpuUs),
      local_host_cpu_vs_bare_http: ratio(taken.host.cpuUs, taken.bare.cpuUs),
      local_host_requests_vs_bare_http: ratio(taken.host.perSecond, taken.bare.perSecond),
      storage_calls_per_1000_requests: perThousand,
    },
  };
}
