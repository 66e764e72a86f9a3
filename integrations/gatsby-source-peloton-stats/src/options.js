// The plugin's options. A fault in them is the only thing that stops a build by default: nothing could ever be shown.

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Why a text cannot be the service's address; null when it can. The text itself is never repeated: it may hold a secret.
 * @param {string} text
 * @returns {string | null}
 */
function findBaseUrlFault(text) {
  if (!URL.canParse(text)) return 'must be a URL, such as https://YOUR-APP.azurewebsites.net';
  const url = new URL(text);
  if (url.username || url.password) return 'must not hold a user name or a password';
  if (url.search || url.hash) return 'must not have a query or a fragment';
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.includes(url.hostname))) return null;
  return 'must begin with https: (http: is for this machine only)';
}

/** @param {{ Joi: import('./gatsby-api.d.ts').Joi }} gatsby */
const buildOptionsSchema = ({ Joi }) =>
  Joi.object({
    baseUrl: Joi.string()
      .required()
      .custom((value, helpers) => {
        const fault = findBaseUrlFault(value);
        return fault ? helpers.message({ custom: `"baseUrl" ${fault}` }) : value;
      })
      .description('Where your Peloton stats service lives'),
    snapshotFile: Joi.string().description(
      'JSON file in your repository, shown where neither the service nor a cache has newer stats',
    ),
    writeSnapshotFile: Joi.boolean().description('Bring snapshotFile up to date in every good build'),
    onError: Joi.string()
      .valid('warn', 'fail')
      .default('warn')
      .description('What to do when the stats of this build are not fresh'),
    timeoutMs: Joi.number()
      .integer()
      .min(1)
      .max(300_000)
      .default(20_000)
      .description('Milliseconds for the one request'),
  }).custom((value, helpers) =>
    value.writeSnapshotFile && !value.snapshotFile
      ? helpers.message({ custom: '"writeSnapshotFile" needs "snapshotFile", the file to write' })
      : value,
  );

module.exports = { buildOptionsSchema, findBaseUrlFault };
