// What is the same for every reader until the next build: the element's script, the JSON Schema, the OpenAPI document.

import { type Reply, type Representation, type Request, represent, respond } from '../serve.ts';
import { builtAt } from './copies.ts';

type Document = { contentType: string; make: () => Promise<string> };

function keepDocument({ contentType, make }: Document): (request: Request) => Promise<Reply> {
  let made: Promise<Representation> | undefined;
  const build = async () => represent({ bytes: Buffer.from(await make()), contentType, lastModified: builtAt });
  return async request => {
    made ??= build();
    made.catch(() => {
      made = undefined; // a fault of the settings may be mended while this instance lives
    });
    return await respond(request, await made);
  };
}

export function createDocuments(publicUrl: () => string) {
  return {
    widget: keepDocument({
      contentType: 'text/javascript; charset=utf-8',
      make: async () => (await import('../views/embedded.ts')).widgetSource,
    }),
    schema: keepDocument({
      contentType: 'application/schema+json',
      make: async () => JSON.stringify((await import('../openapi.ts')).createSnapshotJsonSchema(publicUrl())),
    }),
    openapi: keepDocument({
      contentType: 'application/openapi+json;version=3.1',
      make: async () => JSON.stringify((await import('../openapi.ts')).createOpenApi(publicUrl())),
    }),
  };
}
