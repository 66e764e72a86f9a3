// One conditional GET of the service, bounded in time and size.
// The size limit counts decoded bytes, so that a small compressed answer cannot unfold into a huge one.

const maxBytes = 8 * 1024 * 1024;

/**
 * @param {string} baseUrl where the service lives, with or without a trailing slash
 * @param {string} route
 * @returns {URL}
 */
const routeUrl = (baseUrl, route) => new URL(`api/${route}`, baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);

/** @param {string} baseUrl */
const statsUrl = baseUrl => routeUrl(baseUrl, 'stats');

/** The service has nothing at a route: it is not published, or not there yet. */
class NotFoundError extends Error {}

/**
 * One name for a service, however its address is written: with a slash at the end or without, in any letter case of the host.
 * @param {string} baseUrl
 */
const nameService = baseUrl => statsUrl(baseUrl).href.slice(0, -'/api/stats'.length);

/** @param {Response} response */
function describeRefusal({ status, headers }) {
  if (status === 404 && headers.has('retry-after')) return 'has no stats yet: they appear after its first sync';
  if (status === 404) return 'answered 404: is baseUrl the address of the service, without /api/stats?';
  return `answered ${status}`;
}

/** @param {Response} response */
async function readBody(response) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`sent more than ${maxBytes / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @param {string} body */
function parseJson(body) {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new Error('sent something that is not JSON', { cause });
  }
}

/**
 * @param {unknown} error
 * @param {number} timeoutMs
 */
function describeFailure(error, timeoutMs) {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `took longer than ${timeoutMs / 1000} s`;
  if (error instanceof TypeError) {
    const cause = /** @type {{ code?: string } | undefined} */ (error.cause);
    return `could not be reached (${cause?.code ?? error.message})`;
  }
  return error.message;
}

/** @param {Response} response */
function toRefusal(response) {
  return new (response.status === 404 ? NotFoundError : Error)(describeRefusal(response));
}

/**
 * The parsed JSON and its ETag, or `unchanged` where the ETag sent still holds.
 * Throws an Error whose message completes "this address …".
 * @param {{ baseUrl: string, route: string, etag: string | undefined, timeoutMs: number }} request
 * @returns {Promise<{ unchanged: boolean, json?: unknown, etag?: string | undefined }>}
 */
async function fetchJson({ baseUrl, route, etag, timeoutMs }) {
  try {
    const response = await fetch(routeUrl(baseUrl, route), {
      headers: { accept: 'application/json', ...(etag ? { 'if-none-match': etag } : {}) },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (etag && response.status === 304) return { unchanged: true };
    if (response.status !== 200) {
      await response.body?.cancel();
      throw toRefusal(response);
    }
    const json = parseJson(await readBody(response));
    return { unchanged: false, json, etag: response.headers.get('etag') ?? undefined };
  } catch (cause) {
    if (cause instanceof NotFoundError) throw cause;
    throw new Error(describeFailure(cause, timeoutMs), { cause });
  }
}

module.exports = { fetchJson, nameService, NotFoundError, routeUrl, statsUrl };
