// One build of a recorded site with the plugin, and ways to look at the nodes that came of it.

const { sourceNodes } = require('../gatsby-node.js');
const { recordGatsby } = require('./record-gatsby.js');
const { serveStats } = require('./serve-stats.js');

/** @typedef {import('./serve-stats.js').Answer} Answer */
/** @typedef {import('./record-gatsby.js').RecordedNode} RecordedNode */
/** @typedef {import('../src/gatsby-api.d.ts').PluginOptions} PluginOptions */

/** @param {string} baseUrl @param {Partial<PluginOptions>} [more] @returns {PluginOptions} */
const optionsFor = (baseUrl, more = {}) => ({ baseUrl, onError: 'warn', timeoutMs: 5000, ...more });

/** @param {RecordedNode[]} nodes @param {string} type */
const ofType = (nodes, type) => nodes.filter(node => node.internal.type === type);

/** @param {RecordedNode[]} nodes */
const countsOf = nodes => ofType(nodes, 'WorkoutCount').map(({ slug, count }) => [slug, count]);

const exampleCounts = [
  ['cycling', 231],
  ['caesar', 12],
  ['yoga', 0],
];

/** @param {import('node:test').TestContext} t @param {Answer} answer */
async function buildOnce(t, answer) {
  const service = await serveStats(t, answer);
  const site = recordGatsby(t);
  const build = site.nextBuild();
  await sourceNodes(build.gatsby, optionsFor(service.baseUrl));
  return { service, site, build };
}

module.exports = { buildOnce, countsOf, exampleCounts, ofType, optionsFor };
