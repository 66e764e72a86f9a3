// GET /api/widget.js, /api/schema.json and /api/openapi.json: the same for every reader until the next build.

import { once } from '../once.ts';
import type { RouteHandler } from './reply.ts';
import { builtAt, represent } from './representation.ts';
import { respond } from './respond.ts';

function answerDocument(contentType: string, make: () => Promise<string>): RouteHandler {
  const load = once(async () => represent({ bytes: Buffer.from(await make()), contentType, lastModified: builtAt }));
  return async request => respond(request, await load());
}

export function answerWidget(): RouteHandler {
  const make = async () => (await import('../views/embedded.ts')).widgetSource;
  return answerDocument('text/javascript; charset=utf-8', make);
}

export function answerSchema(publicUrl: string | undefined): RouteHandler {
  const make = async () => JSON.stringify((await import('./json-schema.ts')).createSnapshotJsonSchema(publicUrl));
  return answerDocument('application/schema+json', make);
}

export function answerOpenApi(publicUrl: string | undefined): RouteHandler {
  const make = async () => JSON.stringify((await import('./openapi.ts')).createOpenApi(publicUrl));
  return answerDocument('application/openapi+json;version=3.1', make);
}
