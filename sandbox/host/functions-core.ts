// The module `@azure/functions-core`, which Azure's Node worker supplies to an app. The module exists nowhere on disk:
// require() is wrapped to give it while the app loads. Where @azure/functions is loaded before that, the library remembers
// for good that there is no such module.

import Module from 'node:module';
import type { FunctionCallback, FunctionMetadata, HostLogLevel, LogEntry, ProgrammingModel } from './rpc.ts';

const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;
type HookName = (typeof hookNames)[number];
type HookCallback = (context: Record<string, unknown>) => unknown;

export type RegisteredFunction = { metadata: FunctionMetadata; callback: FunctionCallback };

/** The state of the worker for one app. */
export type Worker = {
  functions: Map<string, RegisteredFunction>;
  hooks: Record<HookName, HookCallback[]>;
  /** The data that all hooks of the app share. */
  appHookData: Record<string, unknown>;
  /** The data that only appStart and appTerminate share. */
  appOnlyHookData: Record<string, unknown>;
  programmingModel: ProgrammingModel | undefined;
  isLoading: boolean;
  write: (entry: LogEntry) => void;
};

/** Creates a worker without an app. `write` gets every log entry, from the app and from the host. */
export function createWorker(write: (entry: LogEntry) => void): Worker {
  return {
    functions: new Map(),
    hooks: { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [], log: [] },
    appHookData: {},
    appOnlyHookData: {},
    programmingModel: undefined,
    isLoading: false,
    write,
  };
}

/**
 * Runs `importApp` as the worker loads an app: only until `importApp` ends, the core module can be required and functions can
 * be registered. The appStart hooks run after that.
 */
export async function loadApp(
  worker: Worker,
  functionAppDirectory: string,
  importApp: () => Promise<void>,
): Promise<void> {
  const original = Module.prototype.require;
  const coreModule = createCoreModule(worker);
  Module.prototype.require = new Proxy(original, {
    apply: (target, self, args: [string]) =>
      args[0] === '@azure/functions-core' ? coreModule : Reflect.apply(target, self, args),
  });
  worker.isLoading = true;
  try {
    await importApp();
  } finally {
    worker.isLoading = false;
    Module.prototype.require = original;
  }
  // This call also locks app.setup(), as it does in Azure.
  const capabilities = await worker.programmingModel?.getCapabilities?.({});
  if (capabilities?.HttpUri) throw new Error('The app turns enableHttpStream on, which this host does not reproduce.');
  const { appHookData, appOnlyHookData: hookData } = worker;
  await runHooks(worker, 'appStart', { functionAppDirectory, appHookData, hookData });
}

/** Runs the hooks of one name in the order of their registration. The first error ends the run and is thrown. */
export async function runHooks(worker: Worker, name: HookName, context: Record<string, unknown>): Promise<void> {
  for (const hook of worker.hooks[name]) await hook(context);
}

/** Passes one entry through the log hooks. Hooks may change entries of the app (`user`), not those of the system. */
export function writeLog(worker: Worker, entry: LogEntry, invocation: Record<string, unknown> = {}): void {
  if (worker.hooks.log.length === 0) {
    worker.write(entry);
    return;
  }
  const { level, message, category } = entry;
  const context = { hookData: {}, ...invocation, appHookData: worker.appHookData, level, message, category };
  try {
    for (const hook of worker.hooks.log) hook(context);
  } catch (error) {
    worker.write({ level: 'error', category: 'system', message: `A log hook failed: ${String(error)}` });
  }
  worker.write(category === 'user' ? { ...entry, level: context.level, message: context.message } : entry);
}

function createCoreModule(worker: Worker) {
  return {
    version: '3.13.0',
    hostVersion: '4.1045.200',
    Disposable,
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) =>
      registerFunction(worker, metadata, callback),
    registerHook: (name: string, callback: HookCallback) => registerHook(worker, name, callback),
    setProgrammingModel: (model: ProgrammingModel) => {
      worker.programmingModel = model;
    },
    getProgrammingModel: () => worker.programmingModel,
    log: (level: HostLogLevel, category: LogEntry['category'], message: string) =>
      writeLog(worker, { level, category, message }),
  };
}

function registerFunction(worker: Worker, metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
  const { name } = metadata;
  if (!worker.isLoading) throw new Error(`Function "${name}": can only be registered while the app loads.`);
  if (worker.functions.has(name)) throw new Error(`Function "${name}" is registered twice.`);
  worker.functions.set(name, { metadata, callback });
  return new Disposable(() => {
    if (!worker.isLoading) throw new Error(`Function "${name}": can only be disposed while the app loads.`);
    worker.functions.delete(name);
  });
}

function registerHook(worker: Worker, name: string, callback: HookCallback): Disposable {
  const known = hookNames.find(each => each === name);
  if (!known) throw new RangeError(`Unrecognized hook "${name}".`);
  worker.hooks[known].push(callback);
  return new Disposable(() => {
    worker.hooks[known] = worker.hooks[known].filter(each => each !== callback);
  });
}

/** The class of the same name that the worker's module exports. */
class Disposable {
  readonly #onDispose: () => void;
  constructor(onDispose: () => void) {
    this.#onDispose = onDispose;
  }
  static from(...disposables: { dispose(): void }[]): Disposable {
    return new Disposable(() => {
      for (const each of disposables) each.dispose();
    });
  }
  dispose(): void {
    this.#onDispose();
  }
}
