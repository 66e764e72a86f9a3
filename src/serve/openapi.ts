// The OpenAPI document: every route with its parameters and answers, whose schemas are those of json-schema.ts.

import manifest from '../../package.json' with { type: 'json' };
import { errorTable } from '../errors.ts';
import { historyFormats } from '../stats/history.ts';
import { themes } from '../views/theme.ts';
import { busySchema, createSchemas, type JsonObject, syncedSchema, toInlineSchema } from './json-schema.ts';
import { publicCaching, retryAfter } from './serve.ts';

const refer = (part: string, name: string) => ({ $ref: `#/components/${part}/${name}` });
const schemaOf = (name: string) => refer('schemas', name);

const headers = {
  ETag: { description: 'Strong, and another one for each coding.', schema: { type: 'string' } },
  'Last-Modified': { description: 'The later of the stats and the build of the service.', schema: { type: 'string' } },
  'Cache-Control': { description: 'How long anybody may keep it.', schema: { type: 'string' }, example: publicCaching },
  'Retry-After': {
    description: 'The seconds after which asking again may help; absent where it would not.',
    schema: { type: 'integer' },
    example: Number(retryAfter['Retry-After']),
  },
};

type HeaderName = keyof typeof headers;
type Contents = Record<string, JsonObject>;
const text = { type: 'string' };

/** Every answer of ours has a Cache-Control. */
function response(description: string, content: Contents, names: HeaderName[] = []) {
  return {
    description,
    headers: Object.fromEntries([...names, 'Cache-Control'].map(name => [name, refer('headers', name)])),
    content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])),
  };
}

function problem(description: string, names: HeaderName[] = []) {
  return response(description, { 'application/problem+json': schemaOf('Problem') }, names);
}

const validators: HeaderName[] = ['ETag', 'Last-Modified'];
const responses = {
  NotModified: response('What you have, by If-None-Match or If-Modified-Since, is still the newest.', {}, validators),
  Malformed: problem('A parameter is malformed; `detail` says what is allowed.'),
  Missing: problem('There is none of that day; or none yet, and then Retry-After says when to look again.', [
    'Retry-After',
  ]),
  Unusable: problem(`${errorTable.config.title}.`),
  Away: problem('The store is away, and this instance has no copy.', ['Retry-After']),
};

/** A 200 that can be kept and asked for again, and the 304 that comes of it. */
function kept(description: string, content: Contents) {
  return { 200: response(description, content, validators), 304: refer('responses', 'NotModified') };
}

const malformed = { 400: refer('responses', 'Malformed') };
const missing = { 404: refer('responses', 'Missing') };
const away = { 500: refer('responses', 'Unusable'), 503: refer('responses', 'Away') };

/** Every way in which a sync can fail, by the status that the code is answered with. */
function syncFailures() {
  const rows = Object.groupBy(Object.entries(errorTable), ([, { httpStatus }]) => httpStatus);
  const failures = Object.entries(rows).map(([status, codes = []]) => {
    const titles = codes.map(([code, { title }]) => `\`${code}\`: ${title}.`);
    return [status, problem(titles.join(' '))];
  });
  return Object.fromEntries(failures);
}

const day = { type: 'string', format: 'date' };
const query = (name: string, description: string, schema: JsonObject) => ({ name, in: 'query', description, schema });

type Operation = {
  /** The name of the handler of the app. */
  operationId: string;
  summary: string;
  parameters?: readonly JsonObject[];
  security?: readonly JsonObject[];
  responses: JsonObject;
};

/** What is read: each GET answers HEAD and OPTIONS too. */
const reading: Record<string, Operation> = {
  '/stats': {
    operationId: 'stats',
    summary: 'The newest snapshot',
    responses: { ...kept('The snapshot.', { 'application/json': schemaOf('Snapshot') }), ...missing, ...away },
  },
  '/stats/{date}': {
    operationId: 'statsDay',
    summary: 'The snapshot of a local day',
    parameters: [{ name: 'date', in: 'path', required: true, schema: day }],
    responses: {
      ...kept('The snapshot.', { 'application/json': schemaOf('Snapshot') }),
      ...malformed,
      ...missing,
      ...away,
    },
  },
  '/history': {
    operationId: 'history',
    summary: 'One point a day, oldest first',
    parameters: [
      query('from', 'The first day.', day),
      query('to', 'The last day.', day),
      query('format', 'csv is a table with a column for every slug.', { enum: historyFormats, default: 'json' }),
    ],
    responses: {
      ...kept('The series.', { 'application/json': schemaOf('History'), 'text/csv': text }),
      ...malformed,
      ...missing,
      ...away,
    },
  },
  '/card.svg': {
    operationId: 'card',
    summary: 'A picture of the stats',
    parameters: [query('theme', 'auto follows the reader.', { enum: themes, default: 'auto' })],
    responses: kept('A card, or a placeholder.', { 'image/svg+xml': text }),
  },
  '/badge': {
    operationId: 'badge',
    summary: 'An endpoint badge for shields.io',
    parameters: [query('metric', 'total, streak, or the slug of a discipline.', { ...text, default: 'total' })],
    responses: kept('A badge; isError for an unknown metric.', { 'application/json': schemaOf('Badge') }),
  },
  '/widget.js': {
    operationId: 'widget',
    summary: 'The custom element <peloton-stats>, a module script',
    responses: kept('The module.', { 'text/javascript': text }),
  },
  '/page': {
    operationId: 'page',
    summary: 'A page for people',
    responses: { ...kept('The page.', { 'text/html': text }), ...away },
  },
  '/openapi.json': {
    operationId: 'openapi',
    summary: 'This document',
    responses: kept('OpenAPI 3.1.', { 'application/openapi+json': { type: 'object' } }),
  },
  '/schema.json': {
    operationId: 'schema',
    summary: 'The JSON Schema of the snapshot',
    responses: kept('JSON Schema 2020-12.', { 'application/schema+json': { type: 'object' } }),
  },
  '/health': {
    operationId: 'health',
    summary: 'Whether the stats are fresh, and who has to act when they are not',
    responses: {
      200: response('ok or retrying.', { 'application/json': schemaOf('Health') }),
      503: response('Somebody has to act, or nothing is there.', { 'application/json': schemaOf('Health') }),
    },
  },
};

const syncing: Operation = {
  operationId: 'syncNow',
  summary: 'A sync, if one is due',
  parameters: [
    query('force', 'true syncs all the same; the lease and the limit of sign-ins stay.', {
      type: 'boolean',
      default: false,
    }),
  ],
  security: [{ functionKey: [] }],
  responses: {
    200: response('What came of it.', { 'application/json': toInlineSchema(syncedSchema) }),
    401: { description: 'The key is missing or wrong. Without a body.' },
    409: response('Another run is under way.', { 'application/json': toInlineSchema(busySchema) }),
    ...syncFailures(),
  },
};

/** OpenAPI 3.1 of every route. Without a public URL it holds where the document itself was found. */
export function createOpenApi(publicUrl = ''): JsonObject {
  const paths = Object.entries(reading).map(([path, get]) => [path, { get }]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Peloton stats',
      version: manifest.version,
      description:
        "One member's Peloton statistics, synced daily. Every GET answers HEAD and OPTIONS too, is open to every origin, and comes in brotli or gzip where asked for. Unofficial; not affiliated with Peloton.",
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: `${publicUrl}/api` }],
    paths: { ...Object.fromEntries(paths), '/sync': { post: syncing } },
    components: {
      schemas: createSchemas(),
      headers,
      responses,
      securitySchemes: {
        functionKey: {
          type: 'apiKey',
          in: 'header',
          name: 'x-functions-key',
          description: 'The key of the function; as the query parameter `code` it is taken too.',
        },
      },
    },
  };
}
