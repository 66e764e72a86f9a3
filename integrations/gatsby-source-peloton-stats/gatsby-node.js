// The hooks Gatsby calls, and nothing else: Gatsby complains about any other export of this file.
// By default no hook ever breaks a build: without fresh stats the site shows older ones, or none.

const { createNodes } = require('./src/create-nodes.js');
const { nameService } = require('./src/fetch-stats.js');
const { loadSnapshot } = require('./src/load-snapshot.js');
const { loadTraining } = require('./src/load-training.js');
const { buildOptionsSchema } = require('./src/options.js');
const { typeDefinitions } = require('./src/type-definitions.js');

exports.pluginOptionsSchema = buildOptionsSchema;

/**
 * Declares every type, so that a page query is valid even where there are no stats at all.
 * @param {import('./src/gatsby-api.d.ts').GatsbyApi} gatsby
 */
exports.createSchemaCustomization = ({ actions }) => actions.createTypes(typeDefinitions);

/**
 * @param {import('./src/gatsby-api.d.ts').GatsbyApi} gatsby
 * @param {import('./src/gatsby-api.d.ts').PluginOptions} options
 */
exports.sourceNodes = async (gatsby, options) => {
  const { cache, reporter, store } = gatsby;
  const siteDirectory = store.getState().program.directory;
  const { snapshot, problem, instead, remarks } = await loadSnapshot({ cache, siteDirectory, options });
  for (const remark of remarks) reporter.warn(`Peloton stats: ${remark}`);
  if (problem && options.onError === 'fail')
    reporter.panicOnBuild(`Peloton stats: ${problem} The build stops because onError is 'fail'.`);
  else if (problem) reporter.warn(`Peloton stats: ${problem} ${instead}`);
  if (!snapshot) return;
  const training = await loadTraining({ cache, options, isAway: problem !== undefined });
  for (const remark of training.remarks) reporter.warn(`Peloton stats: ${remark}`);
  await createNodes(gatsby, { snapshot, ...training }, nameService(options.baseUrl));
};
