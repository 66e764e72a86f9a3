// One conditional GET of the service's newest snapshot, bounded in time and size.
// The size limit counts decoded bytes, so that a small compressed answer cannot unfold into a huge one.

const maxBytes = 8 * 1024 * 1024;

/**
 * @param {string} baseUrl where the service lives, with or without a trailing slash
 * @returns {URL}
 */
export const statsUrl = baseUrl => new URL('api/stats', baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);

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

/** @param {unknown} error @param {number} timeoutMs */
function describeFailure(error, timeoutMs) {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `took longer than ${timeoutMs / 1000} s`;
  if (error instanceof TypeError) {
    const cause = /** @type {{ code?: string } | undefined} */ (error.cause);
    return `could not be reached (${cause?.code ?? error.message})`;
  }
  return error.message;
}

/**
 * The parsed JSON and its ETag; undefined where the ETag sent still holds.
 * Throws an Error whose message completes "this address …".
 * @param {{ baseUrl: string, etag: string | undefined, timeoutMs: number }} request
 * @returns {Promise<{ json: unknown, etag: string | undefined } | undefined>}
 */
export async function fetchStats({ baseUrl, etag, timeoutMs }) {
  try {
    const response = await fetch(statsUrl(baseUrl), {
      headers: { accept: 'application/json', ...(etag ? { 'if-none-match': etag } : {}) },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (etag && response.status === 304) return undefined;
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(describeRefusal(response));
    }
    const json = parseJson(await readBody(response));
    return { json, etag: response.headers.get('etag') ?? undefined };
  } catch (cause) {
    throw new Error(describeFailure(cause, timeoutMs), { cause });
  }
}
