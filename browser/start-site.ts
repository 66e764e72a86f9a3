// Somebody else's site: another origin than the service, with pages that a test gives it and the policy that it asks for.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** By path: what the site answers. Anything else is 404. */
export type SiteFiles = Record<string, { type: string; body: string; policy?: string }>;

/** The address of the site. It ends with the test. */
export async function startSite(t: TestContext, files: SiteFiles): Promise<string> {
  const allFiles: SiteFiles = {
    '/favicon.ico': { type: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' },
    ...files,
  };
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    const file = allFiles[url] ?? allFiles[url.replace(/\?.*/, '')];
    if (file?.policy !== undefined) response.setHeader('Content-Security-Policy', file.policy);
    response.writeHead(file === undefined ? 404 : 200, { 'Content-Type': file?.type ?? 'text/plain' }).end(file?.body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A small but complete document around what a snippet says. */
export function wrapInDocument(body: string, head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>A site</title>${head}</head><body><main><h1>A site</h1>${body}<p id="after">What follows.</p></main></body></html>`;
}
