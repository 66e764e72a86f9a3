// The local host: plays Azure's Node worker and the Functions host for one app on this machine, so that the app's own
// registrations, routes, keys and schedules run, from the sources or from the built bundle. For development, not an
// emulator. One process can host one app, once, and must not have called `app.http()` and the like before:
// @azure/functions keeps the core module that it first found, and Node keeps every imported file.
//
// docs/architecture.md lists what it does not reproduce of Azure's host.

import { randomBytes } from 'node:crypto';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeToConsole } from './host/console-log.ts';
import { type FunctionInfo, readFunctions } from './host/function-metadata.ts';
import { createWorker, loadApp, runHooks, type Worker } from './host/functions-core.ts';
import { createHttpFunction, createHttpHandler, type HttpFunction, type HttpHost } from './host/http-functions.ts';
import { invoke } from './host/invocation.ts';
import type { LogEntry, TypedData } from './host/rpc.ts';
import { createTimerFunction, type TimerFunction } from './host/timer-functions.ts';
import { type Handler, startLoopbackServer } from './loopback-server.ts';

export type LocalHostOptions = {
  /** The folder of the app: host.json, and package.json whose `main` is a glob of the files to load. */
  root: string;
  /** 0, the default, takes any free port; a port in use rejects with EADDRINUSE. */
  port?: number;
  /** Settings that replace those of the environment until the host closes; undefined removes one. */
  settings?: Readonly<Record<string, string | undefined>>;
  /** The key for functions with authLevel `function`; random by default. */
  functionKey?: string;
  clock?: () => Date;
  /** Gets every log entry of the app and the host; by default writes them to the console, from `information` on. */
  log?: (entry: LogEntry) => void;
};

export type LocalHost = {
  /** `http://127.0.0.1:PORT`, which the app also finds in WEBSITE_HOSTNAME. */
  url: string;
  port: number;
  /** The prefix in host.json, in front of every route. */
  routePrefix: string;
  /** The functions in the order in which their routes are tried. */
  functions: readonly FunctionInfo[];
  functionKey: string;
  /** The key for every function and for `POST /admin/functions/NAME`. */
  masterKey: string;
  /** Runs a timer function and waits for its end. Rejects with its error. */
  runTimer(name: string): Promise<void>;
  /** Sets or unsets CORS, which is set at first: unset, preflights reach the functions. */
  setCors(isSet: boolean): void;
  /** Stops timers and server, cuts open connections, and restores the environment. */
  close(): Promise<void>;
};

let isUsed = false;

/** Loads the app and serves it. Rejects, with nothing left running, when Azure could not load the app either. */
export async function startLocalHost(options: LocalHostOptions): Promise<LocalHost> {
  if (isUsed) throw new Error('This process has hosted an app before: start another process for the next.');
  let handle: Handler = (_, response) => void response.writeHead(503, { 'retry-after': '1' }).end();
  const server = await startLoopbackServer((request, response) => handle(request, response), {
    port: options.port ?? 0,
  });
  isUsed = true;
  const restoreEnvironment = setEnvironment({ ...platformSettings(server.port), ...options.settings });
  const keys = { functionKey: options.functionKey ?? randomKey(), masterKey: randomKey() };
  const closeSteps = [server.close, restoreEnvironment];
  const close = async () => {
    for (const step of closeSteps.splice(0)) await step();
  };
  try {
    const app = await load(options);
    closeSteps.unshift(app.stop);
    const host: HttpHost = { ...app, ...keys, answersPreflights: true };
    handle = createHttpHandler(host);
    const setCors = (isSet: boolean) => {
      host.answersPreflights = isSet;
    };
    for (const timer of app.timers.values()) timer.start();
    const { routePrefix, functions, runTimer } = app;
    return { url: server.url, port: server.port, routePrefix, functions, ...keys, runTimer, setCors, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type App = Omit<HttpHost, 'functionKey' | 'masterKey' | 'answersPreflights'> &
  Pick<LocalHost, 'routePrefix' | 'functions' | 'runTimer'> & { stop(): Promise<void> };

async function load({ root, log = writeToConsole, clock = () => new Date() }: LocalHostOptions): Promise<App> {
  const { routePrefix, customHeaders } = await readHostJson(root);
  const worker = createWorker(log);
  await loadApp(worker, root, () => importEntryPoints(root));
  const functions = readFunctions(worker.functions.values(), process.env);
  const timers = new Map<string, TimerFunction>();
  const httpFunctions: HttpFunction[] = [];
  for (const info of functions) {
    const run = (data: TypedData) => invoke(worker, info.name, data);
    if (info.type === 'timer') timers.set(info.name, createTimerFunction({ info, clock, invoke: run }));
    else httpFunctions.push(createHttpFunction(info, routePrefix, run));
  }
  const runTimer = async (name: string) => {
    const timer = timers.get(name);
    if (!timer) throw new Error(`The app has no timer function "${name}".`);
    await timer.run();
  };
  return {
    routePrefix,
    functions,
    httpFunctions,
    timers,
    customHeaders,
    log,
    runTimer,
    stop: () => stop(worker, timers),
  };
}

async function stop(worker: Worker, timers: App['timers']): Promise<void> {
  for (const timer of timers.values()) timer.stop();
  const { appHookData, appOnlyHookData: hookData } = worker;
  try {
    await runHooks(worker, 'appTerminate', { appHookData, hookData });
  } catch (error) {
    worker.write({ level: 'error', category: 'system', message: `An appTerminate hook failed: ${String(error)}` });
  }
}

/** Reads the route prefix and the custom headers; this host ignores the rest of host.json. */
async function readHostJson(root: string) {
  const { extensions } = JSON.parse(await readFile(join(root, 'host.json'), 'utf8'));
  const { routePrefix = 'api', customHeaders = {} } = extensions?.http ?? {};
  const lowerCased = Object.entries(customHeaders).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { routePrefix: String(routePrefix), customHeaders: Object.fromEntries(lowerCased) as Record<string, string> };
}

async function importEntryPoints(root: string): Promise<void> {
  const { main } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const files = typeof main === 'string' ? globSync(main, { cwd: root }).sort() : [];
  if (files.length === 0) throw new Error(`The main of ${join(root, 'package.json')}, "${main}", matches no file.`);
  for (const file of files) await import(pathToFileURL(join(root, file)).href);
}

function platformSettings(port: number): Record<string, string> {
  return {
    WEBSITE_HOSTNAME: `127.0.0.1:${port}`,
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    FUNCTIONS_WORKER_RUNTIME: 'node',
  };
}

/** Puts settings into the environment. Returns a function that restores the old values. */
function setEnvironment(settings: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.fromEntries(Object.keys(settings).map(name => [name, process.env[name]]));
  put(settings);
  return () => put(before);

  function put(values: Readonly<Record<string, string | undefined>>): void {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

const randomKey = () => randomBytes(30).toString('base64url');
