// The service that the browser tests look at: the views over a member with a believable year, on a loopback port of its own.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Snapshot } from '../src/snapshot.ts';
import { renderBadge } from '../src/views/badge.ts';
import { cardPolicy, renderCard } from '../src/views/card.ts';
import { widgetSource } from '../src/views/embedded.ts';
import { pagePolicy, renderPage } from '../src/views/page.ts';
import { sampleHistory, sampleSnapshot } from '../src/views/sample-member.ts';
import { readTheme } from '../src/views/theme.ts';

/** `url` is what the snippets call PUBLIC_URL; `snapshot` is what it answers for stats. */
export type Service = { url: string; snapshot: Snapshot; close: () => Promise<void> };

export async function startService(): Promise<Service> {
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>(resolve => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, snapshot, close };
}

const history = sampleHistory({ days: 400, missing: ['2026-06-03', '2026-10-10', '2026-10-11', '2026-10-12'] });
const snapshot = sampleSnapshot(history);

type Answer = { type: string; body: string; policy?: string };

const routes: Record<string, (query: URLSearchParams, publicUrl: string) => Answer> = {
  '/api/stats': () => ({ type: 'application/json', body: JSON.stringify(snapshot) }),
  '/api/badge': query => ({
    type: 'application/json',
    body: JSON.stringify(renderBadge({ snapshot, metric: query.get('metric') })),
  }),
  '/api/card.svg': query => ({
    type: 'image/svg+xml',
    body: renderCard({ snapshot, history, theme: readTheme(query.get('theme')) }),
    policy: cardPolicy,
  }),
  '/api/widget.js': () => ({ type: 'text/javascript; charset=utf-8', body: widgetSource }),
  '/api/page': (_, publicUrl) => ({
    type: 'text/html; charset=utf-8',
    body: renderPage({ snapshot, history, publicUrl }),
    policy: pagePolicy,
  }),
};

function answer(request: IncomingMessage, response: ServerResponse): void {
  const publicUrl = `http://${request.headers.host}`;
  const { pathname, searchParams } = new URL(request.url ?? '/', publicUrl);
  const found = routes[pathname]?.(searchParams, publicUrl);
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (found === undefined) {
    response.writeHead(404).end();
    return;
  }
  if (found.policy !== undefined) response.setHeader('Content-Security-Policy', found.policy);
  response.writeHead(200, { 'Content-Type': found.type }).end(found.body);
}
