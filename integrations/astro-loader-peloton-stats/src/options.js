// The options, checked where the site names them. A fault in them is the only thing that ends a build by default, since
// nothing could ever be shown.

/** @typedef {import('../index.d.ts').PelotonStatsOptions} Options */
/** @typedef {Options & { onError: 'warn' | 'fail', timeoutMs: number }} CheckedOptions */

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];
const longestMs = 300_000;

/**
 * Why a value cannot be the service's address; undefined when it can. The value is never repeated: it may hold a secret.
 * @param {unknown} value
 */
export function findBaseUrlFault(value) {
  if (typeof value !== 'string' || !URL.canParse(value))
    return 'must be a URL, such as https://YOUR-APP.azurewebsites.net';
  const url = new URL(value);
  if (url.username || url.password) return 'must not hold a user name or a password';
  if (url.search || url.hash) return 'must not have a query or a fragment';
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.includes(url.hostname))) return undefined;
  return 'must begin with https: (http: is for this machine only)';
}

/** @param {Options} options @returns {string[]} every fault, each the end of a sentence that begins with the name */
function findFaults({ baseUrl, snapshotFile, writeSnapshotFile, onError = 'warn', timeoutMs = longestMs }) {
  const urlFault = findBaseUrlFault(baseUrl);
  const isFile = snapshotFile === undefined || (typeof snapshotFile === 'string' && snapshotFile !== '');
  const isTime = Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= longestMs;
  return [
    ...(urlFault ? [`baseUrl ${urlFault}`] : []),
    ...(isFile ? [] : ['snapshotFile must be the name of a file']),
    ...(writeSnapshotFile && !snapshotFile ? ['writeSnapshotFile needs snapshotFile, the file to write'] : []),
    ...(['warn', 'fail'].includes(onError) ? [] : ["onError must be 'warn' or 'fail'"]),
    ...(isTime ? [] : [`timeoutMs must be a whole number from 1 to ${longestMs}`]),
  ];
}

/**
 * The options with their defaults.
 * @param {Options} options
 * @returns {CheckedOptions}
 */
export function checkOptions(options) {
  const faults = findFaults(options);
  if (faults.length > 0) throw new Error(`astro-loader-peloton-stats: ${faults.join('; ')}.`);
  return { ...options, onError: options.onError ?? 'warn', timeoutMs: options.timeoutMs ?? 20_000 };
}
