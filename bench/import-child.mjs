// A fresh Node that imports what it is given, after a stand-in for the worker's core module, and prints the CPU that it has
// used since it was started; told to, it also calls a function once, or reads a blob. Plain JavaScript, so that bare Node stays bare.

import Module, { syncBuiltinESMExports } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const [target = '', functionName = '', headersText = '{}', queryText = '{}'] = process.argv.slice(2);
const handlers = new Map();
const core = {
  registerFunction: ({ name }, handler) => handlers.set(name, handler),
  registerHook: () => {},
  setProgrammingModel: () => {},
};
const original = Module.prototype.require;
Module.prototype.require = function (id) {
  return id === '@azure/functions-core' ? core : original.call(this, id);
};

// A token is sent to an https address alone, and the server of the benchmark speaks plain http.
if (process.env.BENCH_WITHOUT_TLS) {
  const { default: http } = await import('node:http');
  const { default: https } = await import('node:https');
  https.request = (options, done) => http.request({ ...options, protocol: 'http:', agent: http.globalAgent }, done);
  syncBuiltinESMExports();
}

const cpuMs = before => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

/** Collects the garbage of the start and lets background threads finish, so that they are not counted with what follows. */
async function settle() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  await new Promise(done => setTimeout(done, 200));
}

/** @returns what a handler answers to a GET, with the CPU that it took. */
async function get(name, headers = {}, query = {}) {
  const request = {
    method: 'GET',
    headers: { get: key => headers[key] ?? null },
    query: new URLSearchParams(query),
    params: {},
  };
  const context = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error };
  const before = process.cpuUsage();
  const { status, body } = await handlers.get(name)(request, context);
  if (status !== 200) throw new Error(`${name} was answered with ${status}: ${Buffer.from(body ?? [])}`);
  const figures = { cpu: cpuMs(before), bytes: body.length };
  return { ...figures, again: () => handlers.get(name)(request, context) };
}

/** @returns the microseconds of CPU that a request takes when it is made again and again. */
async function repeat(again) {
  const times = 5_000;
  for (let warm = 0; warm < times; warm++) await again();
  const before = process.cpuUsage();
  for (let count = 0; count < times; count++) await again();
  return (cpuMs(before) * 1_000) / times;
}

/** @returns what the store's client alone takes for a blob. */
async function readSeries(blob) {
  const { BlobServiceClient } = await import('@azure/storage-blob');
  const { STORAGE_CONNECTION_STRING: access, STATS_CONTAINER: name } = process.env;
  const container = BlobServiceClient.fromConnectionString(access).getContainerClient(name);
  const read = async name => {
    const { readableStreamBody } = await container.getBlobClient(name).download();
    return Buffer.concat(await readableStreamBody.toArray());
  };
  await read('latest.json');
  await settle();
  const before = process.cpuUsage();
  const { length: bytes } = await read(blob);
  return { cpu: cpuMs(before), bytes };
}

for (const url of target.split(' ').filter(Boolean)) await import(url);
const figures = { cpu: cpuMs(), wall: performance.now() };
if (functionName === 'stats') {
  await get('stats');
  Object.assign(figures, { cpu: cpuMs(), wall: performance.now() });
} else if (functionName === 'blob') {
  Object.assign(figures, await readSeries(JSON.parse(queryText).blob));
} else if (functionName) {
  const headers = JSON.parse(headersText);
  await get('stats', headers); // the store's client is loaded and connected, and the coding has its threads
  await settle();
  const { again, ...first } = await get(functionName, headers, JSON.parse(queryText));
  Object.assign(figures, first, { again: await repeat(again) });
}
console.log(JSON.stringify(figures));
