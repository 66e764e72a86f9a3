// The OpenAPI document: every route with its parameters and responses. Their schemas are those of json-schema.ts.

import manifest from '../../package.json' with { type: 'json' };
import { errorTable } from '../errors.ts';
import { defaultTitle, maxTitleLength, parts, views } from '../views/options.ts';
import { themes } from '../views/theme.ts';
import { seriesFormats } from './day-series.ts';
import { busySchema, createSchemas, type JsonObject, syncedSchema, toInlineSchema } from './json-schema.ts';
import { retryAfter } from './problem-details.ts';
import { publicCaching } from './representation.ts';

const refer = (part: string, name: string) => ({ $ref: `#/components/${part}/${name}` });
const schemaOf = (name: string) => refer('schemas', name);
const json = (name: string) => ({ 'application/json': schemaOf(name) });

const stringSchema = { type: 'string' };
const dateSchema = { type: 'string', format: 'date' };

const headers = {
  ETag: { description: 'Strong, and another one for each coding.', schema: stringSchema },
  'Last-Modified': {
    description: 'The latest of all that the answer is made of, the build of the service included.',
    schema: stringSchema,
  },
  'Cache-Control': { description: 'How long anybody may keep it.', schema: stringSchema, example: publicCaching },
  Location: { description: 'Where the page is, relative to `/`.', schema: stringSchema, example: 'api/page' },
  'Retry-After': {
    description: 'The seconds after which asking again may help; absent where it would not.',
    schema: { type: 'integer' },
    example: Number(retryAfter['Retry-After']),
  },
};

type HeaderName = keyof typeof headers;
type Contents = Record<string, JsonObject>;

/** Every response has a Cache-Control; `names` are the headers that it has besides. */
function response(description: string, content: Contents, names: HeaderName[] = []) {
  return {
    description,
    headers: Object.fromEntries([...names, 'Cache-Control'].map(name => [name, refer('headers', name)])),
    content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])),
  };
}

function problemResponse(description: string, names: HeaderName[] = []) {
  return response(description, { 'application/problem+json': schemaOf('Problem') }, names);
}

const validators: HeaderName[] = ['ETag', 'Last-Modified'];
const responses = {
  NotModified: response('What you have, by If-None-Match or If-Modified-Since, is still the newest.', {}, validators),
  Malformed: problemResponse('A parameter is malformed; `detail` says what is allowed.'),
  Missing: problemResponse(
    'There is none of that day, or the owner does not publish it; or none yet, and then Retry-After says when to look again.',
    ['Retry-After'],
  ),
  Unusable: problemResponse(`${errorTable.config.title}.`),
  Away: problemResponse('The store is away, and this instance has no copy.', ['Retry-After']),
};

/** A 200 that caches may store, and the 304 that revalidates it. */
function cacheable(description: string, content: Contents) {
  return { 200: response(description, content, validators), 304: refer('responses', 'NotModified') };
}

const storeErrors = { 500: refer('responses', 'Unusable'), 503: refer('responses', 'Away') };
/** The page explains a failure as a page. */
const pageErrors = {
  500: response(`${errorTable.config.title}.`, { 'text/html': stringSchema }),
  503: response('The store is away, and this instance has no copy.', { 'text/html': stringSchema }, ['Retry-After']),
};
const statsErrors = { 404: refer('responses', 'Missing'), ...storeErrors };
const dateErrors = { 400: refer('responses', 'Malformed'), ...statsErrors };

/** The failures of a sync by HTTP status; each lists the error codes that have this status. */
function syncFailures() {
  const rows = Object.groupBy(Object.entries(errorTable), ([, { httpStatus }]) => httpStatus);
  const failures = Object.entries(rows).map(([status, rowsOfStatus = []]) => {
    const titles = rowsOfStatus.map(([code, { title }]) => `\`${code}\`: ${title}.`);
    return [status, problemResponse(titles.join(' '))];
  });
  return Object.fromEntries(failures);
}

const query = (name: string, description: string, schema: JsonObject) => ({ name, in: 'query', description, schema });

/** An unknown value is the default, never an error. */
const pictureParameters = [
  query(
    'view',
    'summary, year (its days as a heat map, with their sums) or recent (the latest workouts; the summary where their classes are not published).',
    { enum: views, default: 'summary' },
  ),
  query('year', 'The year of the view year, YYYY; without it the last twelve months.', {
    ...stringSchema,
    pattern: '^\\d{4}$',
  }),
  query('theme', 'auto follows the reader.', { enum: themes, default: 'auto' }),
  query('lang', 'A language tag, for numbers and dates; words stay English.', { ...stringSchema, default: 'en' }),
  query('title', 'The heading.', { ...stringSchema, maxLength: maxTitleLength, default: defaultTitle }),
  query('accent', 'A colour of 3 or 6 hex digits; made to contrast.', {
    ...stringSchema,
    pattern: '^([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$',
  }),
  query('hide', `A comma list of ${parts.join(', ')}.`, stringSchema),
];

const rangeParameters = [
  query('from', 'The first day.', dateSchema),
  query('to', 'The last day.', dateSchema),
  query('format', 'csv is a table with a column for every slug.', { enum: seriesFormats, default: 'json' }),
];

type Server = { url: string };

type Operation = {
  /** The name of the handler in src/app.ts. */
  operationId: string;
  summary: string;
  parameters?: readonly JsonObject[];
  /** In place of those of the document. */
  servers?: readonly Server[];
  security?: readonly JsonObject[];
  responses: JsonObject;
};

/** The GET of each path; HEAD and OPTIONS are answered too. */
const getOperations: Record<string, Operation> = {
  '/stats': {
    operationId: 'stats',
    summary: 'The newest snapshot',
    responses: { ...cacheable('The snapshot.', json('Snapshot')), ...statsErrors },
  },
  '/stats/{date}': {
    operationId: 'statsDay',
    summary: 'The snapshot of a local day',
    parameters: [{ name: 'date', in: 'path', required: true, schema: dateSchema }],
    responses: { ...cacheable('The snapshot.', json('Snapshot')), ...dateErrors },
  },
  '/history': {
    operationId: 'history',
    summary: 'One point a day, oldest first',
    parameters: rangeParameters,
    responses: { ...cacheable('The series.', { ...json('History'), 'text/csv': stringSchema }), ...dateErrors },
  },
  '/activity': {
    operationId: 'activity',
    summary: 'What was done on each day with a workout, oldest first',
    parameters: rangeParameters,
    responses: { ...cacheable('The days.', { ...json('Activity'), 'text/csv': stringSchema }), ...dateErrors },
  },
  '/workouts': {
    operationId: 'workouts',
    summary: 'The latest workouts with their classes, where the owner publishes them',
    responses: { ...cacheable('The workouts.', json('RecentWorkouts')), ...statsErrors },
  },
  '/card.svg': {
    operationId: 'card',
    summary: 'A picture of the stats',
    parameters: pictureParameters,
    responses: cacheable('A card, or a placeholder.', { 'image/svg+xml': stringSchema }),
  },
  '/badge': {
    operationId: 'badge',
    summary: 'An endpoint badge for shields.io',
    parameters: [
      query('metric', 'total, streak, minutes or this-year (from the list of workouts), or the slug of a discipline.', {
        ...stringSchema,
        default: 'total',
      }),
    ],
    responses: cacheable('A badge; isError for an unknown metric.', json('Badge')),
  },
  '/widget.js': {
    operationId: 'widget',
    summary: 'The custom element <peloton-stats>, a module script',
    responses: cacheable('The module.', { 'text/javascript': stringSchema }),
  },
  '/page': {
    operationId: 'page',
    summary: 'A page for people',
    parameters: [
      query('embed', 'The stats alone, for an iframe; takes theme, title, accent and hide of the card.', stringSchema),
      query('builder', 'How to put the stats on a site, by the options of the card.', stringSchema),
    ],
    responses: { ...cacheable('The page.', { 'text/html': stringSchema }), ...pageErrors },
  },
  '/openapi.json': {
    operationId: 'openapi',
    summary: 'This document',
    responses: cacheable('OpenAPI 3.1.', { 'application/openapi+json': { type: 'object' } }),
  },
  '/schema.json': {
    operationId: 'schema',
    summary: 'The JSON Schema of the snapshot',
    responses: cacheable('JSON Schema 2020-12.', { 'application/schema+json': { type: 'object' } }),
  },
  '/health': {
    operationId: 'health',
    summary: 'Whether the stats are fresh, and who has to act when they are not',
    responses: {
      200: response('ok or retrying.', json('Health')),
      503: response('Somebody has to act, or nothing is there.', json('Health')),
    },
  },
};

/** The one path outside `/api`. */
const rootOperation: Operation = {
  operationId: 'root',
  summary: 'Leads people to the page',
  responses: { 302: response('The page is elsewhere.', {}, ['Location']) },
};

const syncOperation: Operation = {
  operationId: 'syncNow',
  summary: 'A sync, if one is due',
  parameters: [
    {
      ...query('force', 'Syncs all the same, bare, as 1 or as true; the lease and the limit of sign-ins stay.', {
        type: 'string',
        pattern: '^(1|[Tt][Rr][Uu][Ee])?$',
      }),
      allowEmptyValue: true,
    },
  ],
  security: [{ functionKey: [] }],
  responses: {
    200: response('What came of it.', { 'application/json': toInlineSchema(syncedSchema) }),
    400: refer('responses', 'Malformed'),
    401: { description: 'The key is missing or wrong. Without a body.' },
    409: response('Another run is under way.', { 'application/json': toInlineSchema(busySchema) }),
    ...syncFailures(),
  },
};

/** OpenAPI 3.1 of every route. Without a public URL the server is relative to where the document was read. */
export function createOpenApi(publicUrl = ''): JsonObject {
  const paths = Object.entries(getOperations).map(([path, get]) => [path, { get }]);
  const root = { get: { ...rootOperation, servers: [{ url: publicUrl || '/' }] } };
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
    paths: { ...Object.fromEntries(paths), '/sync': { post: syncOperation }, '/': root },
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
