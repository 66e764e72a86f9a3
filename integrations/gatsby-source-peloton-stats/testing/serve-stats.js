// A loopback server in the place of the stats service, answering whatever the test wants at the moment. Days and workouts have
// answers of their own; without one they are not published.

const { once } = require('node:events');
const { createServer } = require('node:http');

/** @typedef {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => void} Answer */

/** @param {unknown} body @param {string} etag @returns {Answer} */
const snapshotAnswer = (body, etag) => (request, response) => {
  if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end();
  else response.writeHead(200, { 'content-type': 'application/json', etag }).end(JSON.stringify(body));
};

/** @type {Answer} */
const notPublished = (_request, response) => void response.writeHead(404).end('{"code":"not-published"}');

/**
 * @param {import('node:test').TestContext} t
 * @param {Answer} answer
 */
async function serveStats(t, answer) {
  /** @type {import('node:http').IncomingMessage[]} */
  const requests = [];
  /** @type {Record<string, Answer>} */
  const training = {};
  const service = { answer, requests, training, baseUrl: '', stop: async () => {} };
  const server = createServer((request, response) => {
    const isTraining = /^\/api\/(activity|workouts)$/.test(request.url ?? '');
    if (!isTraining) requests.push(request);
    const answerNow = isTraining ? (service.training[request.url ?? ''] ?? notPublished) : service.answer;
    answerNow(request, response);
  });
  service.stop = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  t.after(service.stop);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server listens on no port');
  service.baseUrl = `http://127.0.0.1:${address.port}`;
  return service;
}

module.exports = { serveStats, snapshotAnswer };
