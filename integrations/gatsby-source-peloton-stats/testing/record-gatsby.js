// A stand-in for the API object that Gatsby hands to a plugin: it keeps what the plugin did, for a test to look at.
// One object is one site; call `nextBuild` for another build of it, with the cache kept.

const { createHash } = require('node:crypto');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

/** @typedef {import('../src/gatsby-api.d.ts').NodeInput & Record<string, unknown>} RecordedNode */

/** @param {string} text */
const hash = text => createHash('sha256').update(text).digest('hex');

/**
 * @param {import('node:test').TestContext} t
 */
function recordGatsby(t) {
  const directory = mkdtempSync(path.join(tmpdir(), 'gatsby-site-'));
  t.after(() => rmSync(directory, { recursive: true }));
  /** @type {Map<string, string>} */
  const cached = new Map();

  const nextBuild = () => {
    /** @type {RecordedNode[]} */
    const nodes = [];
    /** @type {string[]} */
    const warnings = [];
    /** @type {string[]} */
    const panics = [];
    const gatsby = {
      actions: {
        createNode: /** @param {RecordedNode} node */ node => nodes.push(node),
        createTypes: () => undefined,
      },
      cache: {
        get: /** @param {string} key @returns {Promise<unknown>} */ async key => JSON.parse(cached.get(key) ?? 'null'),
        set: /** @param {string} key @param {unknown} value */ async (key, value) =>
          cached.set(key, JSON.stringify(value)),
      },
      createNodeId: hash,
      createContentDigest: /** @param {unknown} content */ content => hash(JSON.stringify(content)),
      reporter: {
        warn: /** @param {string} message */ message => warnings.push(message),
        panicOnBuild: /** @param {string} message */ message => panics.push(message),
      },
      store: { getState: () => ({ program: { directory } }) },
    };
    return { gatsby, nodes, warnings, panics };
  };
  return { directory, cached, nextBuild };
}

module.exports = { recordGatsby };
