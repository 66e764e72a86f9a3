// What is the same for every reader until the next build: the element's script, the JSON Schema, the OpenAPI document.

import { once } from '../once.ts';
import { builtAt } from './copies.ts';
import { type Reply, type Request, represent, respond } from './serve.ts';

type Document = { contentType: string; make: () => Promise<string> };

function keepDocument({ contentType, make }: Document): (request: Request) => Promise<Reply> {
  const keep = once(async () => represent({ bytes: Buffer.from(await make()), contentType, lastModified: builtAt }));
  return async request => respond(request, await keep());
}

export function createDocuments(publicUrl: string | undefined) {
  return {
    widget: keepDocument({
      contentType: 'text/javascript; charset=utf-8',
      make: async () => (await import('../views/embedded.ts')).widgetSource,
    }),
    schema: keepDocument({
      contentType: 'application/schema+json',
      make: async () => JSON.stringify((await import('./json-schema.ts')).createSnapshotJsonSchema(publicUrl)),
    }),
    openapi: keepDocument({
      contentType: 'application/openapi+json;version=3.1',
      make: async () => JSON.stringify((await import('./openapi.ts')).createOpenApi(publicUrl)),
    }),
  };
}
