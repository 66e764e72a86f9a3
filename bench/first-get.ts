// (g) What a reader waits for after a scale to zero: a fresh process until its first GET is answered. Ours against a hello-world
// with as many functions that downloads the same blob with the same SDK, by connection string and by identity.

import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BlobServiceClient } from '@azure/storage-blob';
import { build } from 'esbuild';
import { banner, options } from '../scripts/build.ts';
import { runFresh, targets } from './fresh-node.ts';
import { type Figures, ratio, takeTurns } from './measure.ts';
import type { Report } from './report.ts';
import type { Service } from './service.ts';

const repository = resolve(import.meta.dirname, '..');

/** As small as such a function can be written; `client` is the expression of its BlobServiceClient. */
const writeHello = (client: string) => `
import { app } from '@azure/functions';
import { ManagedIdentityCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';

async function handler() {
  const { STORAGE_CONNECTION_STRING: access, STORAGE_ACCOUNT_URL: url, AZURE_CLIENT_ID: clientId } = process.env;
  const blob = ${client}.getContainerClient('stats').getBlobClient('latest.json');
  const { readableStreamBody } = await blob.download();
  return { status: 200, body: Buffer.concat(await readableStreamBody.toArray()) };
}
const names = ['stats', ...Array.from({ length: ${globSync('functions/*.ts', { cwd: repository }).length - 1} }, (_, n) => 'other' + n)];
for (const name of names) app.http(name, { methods: ['GET'], authLevel: 'anonymous', handler });`;

/** Bundles both kinds of it, each with the parts of the libraries that it uses. */
async function buildHello(folder: string) {
  const clients = {
    byString: 'BlobServiceClient.fromConnectionString(access)',
    byIdentity: 'new BlobServiceClient(url, new ManagedIdentityCredential({ clientId }))',
  };
  const [byString = '', byIdentity = ''] = await Promise.all(
    Object.entries(clients).map(async ([name, client]) => {
      const outfile = join(folder, `${name}.mjs`);
      const stdin = { contents: writeHello(client), resolveDir: repository, sourcefile: 'hello.js' };
      await build({ ...options, stdin, outfile, keepNames: true, banner: { js: banner } });
      return pathToFileURL(outfile).href;
    }),
  );
  return { byString, byIdentity };
}

/** A store that takes any token, and the platform's endpoint that gives one. */
async function startPlatform(snapshot: Buffer) {
  const answer: RequestListener = ({ url = '' }, response) => {
    if (url.startsWith('/token')) {
      const expires_on = Math.floor(Date.now() / 1_000) + 86_400;
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ access_token: 'token', expires_on, token_type: 'Bearer' }));
    }
    response.writeHead(200, {
      etag: '"0x1"',
      'last-modified': new Date().toUTCString(),
      'content-length': snapshot.length,
    });
    return response.end(snapshot);
  };
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise(done => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  const settings = {
    STORAGE_CONNECTION_STRING: undefined,
    STORAGE_ACCOUNT_URL: `https://127.0.0.1:${port}`,
    IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/token`,
    IDENTITY_HEADER: 'proof',
    AZURE_CLIENT_ID: '11111111-2222-3333-4444-555555555555',
    BENCH_WITHOUT_TLS: '1',
  };
  return { settings, close: () => server.close() };
}

export async function measureFirstGet({ sandbox, settings }: Service): Promise<Report> {
  const blobs = BlobServiceClient.fromConnectionString(sandbox.azurite.connectionString);
  const snapshot = await blobs.getContainerClient('stats').getBlobClient('latest.json').downloadToBuffer();
  const platform = await startPlatform(snapshot);
  const folder = await mkdtemp(join(tmpdir(), 'hello-'));
  const hello = await buildHello(folder);
  const withIdentity = { ...settings, ...platform.settings };
  const get = (target: string, given: typeof withIdentity | typeof settings) => () =>
    runFresh({ target, call: 'stats', settings: given });
  const taken = await takeTurns(
    {
      hello: get(hello.byString, settings),
      ours: get(targets.built, settings),
      helloByIdentity: get(hello.byIdentity, withIdentity),
      oursByIdentity: get(targets.built, withIdentity),
    },
    15,
  );
  platform.close();
  await rm(folder, { recursive: true });
  return {
    title: 'The first answer of a new process, against a hello-world that downloads the same blob',
    ...compare(taken),
  };
}

function compare(taken: Record<'hello' | 'ours' | 'helloByIdentity' | 'oursByIdentity', Figures>) {
  const row = (what: string, { wall = 0, cpu = 0 }: Figures, base: Figures) => ({
    what,
    figures: `${wall.toFixed(0)} ms, ${cpu.toFixed(0)} ms of CPU`,
    ratio: `${ratio(wall, base.wall)}, ${ratio(cpu, base.cpu)} of CPU`,
  });
  const { hello, ours, helloByIdentity, oursByIdentity } = taken;
  return {
    rows: [
      row('hello-world, by connection string', hello, hello),
      row('ours, by connection string', ours, hello),
      row('hello-world, by identity', helloByIdentity, helloByIdentity),
      row('ours, by identity', oursByIdentity, helloByIdentity),
    ],
    ratios: {
      first_get: ratio(ours.wall, hello.wall),
      first_get_by_identity: ratio(oursByIdentity.wall, helloByIdentity.wall),
      first_get_cpu: ratio(ours.cpu, hello.cpu),
      first_get_by_identity_cpu: ratio(oursByIdentity.cpu, helloByIdentity.cpu),
    },
  };
}
