// Reads the functions that an app registered: checks them as the Functions host does before it serves anything, and sorts
// them into the order in which the host matches routes.

import type { RegisteredFunction } from './functions-core.ts';
import { findTrigger } from './invocation.ts';
import type { Binding } from './rpc.ts';

export type AuthLevel = 'anonymous' | 'function' | 'admin';

export type HttpFunctionInfo = {
  type: 'http';
  name: string;
  methods: readonly string[];
  /** The route as registered, without the prefix of host.json. */
  route: string;
  authLevel: AuthLevel;
};
export type TimerFunctionInfo = {
  type: 'timer';
  name: string;
  /** The NCRONTAB expression, with each `%SETTING%` replaced by its value. */
  schedule: string;
  runOnStartup: boolean;
};
export type FunctionInfo = HttpFunctionInfo | TimerFunctionInfo;

/** All functions, in the order in which the host tries routes: by name. Throws on the first that Azure would refuse. */
export function readFunctions(registered: Iterable<RegisteredFunction>, settings: NodeJS.ProcessEnv): FunctionInfo[] {
  const functions = [...registered].map(each => readFunction(each, settings));
  if (functions.length === 0) throw new Error('The app registers no function.');
  functions.sort((a, b) => (a.name < b.name ? -1 : 1));
  const owners = new Map<string, string>();
  for (const each of functions) {
    if (each.type === 'http') claimRoute(owners, each);
  }
  return functions;
}

function readFunction({ metadata: { name, bindings } }: RegisteredFunction, settings: NodeJS.ProcessEnv): FunctionInfo {
  if (!/^[a-z][\w-]{0,126}$/i.test(name)) throw new Error(`Function "${name}": the name is not allowed.`);
  const { binding } = findTrigger(bindings);
  if (binding.type === 'httpTrigger') return readHttp(name, binding);
  if (binding.type === 'timerTrigger') return readTimer(name, binding, settings);
  throw new Error(`Function "${name}": this host runs http and timer functions only, not ${binding.type}.`);
}

const authLevels: readonly AuthLevel[] = ['anonymous', 'function', 'admin'];

function readHttp(name: string, { route = name, methods, authLevel }: Binding): HttpFunctionInfo {
  const level = authLevels.find(each => each === authLevel);
  if (!level) throw new Error(`Function "${name}": the authLevel "${authLevel}" is unknown.`);
  if (!Array.isArray(methods) || methods.length === 0) throw new Error(`Function "${name}": it has no methods.`);
  if (typeof route !== 'string' || /^(\/|admin\b|runtime\b)/.test(route)) {
    throw new Error(`Function "${name}": the route "${route}" is not allowed.`);
  }
  return { type: 'http', name, methods: methods.map(each => String(each).toUpperCase()), route, authLevel: level };
}

function readTimer(name: string, { schedule, runOnStartup }: Binding, settings: NodeJS.ProcessEnv): TimerFunctionInfo {
  if (typeof schedule !== 'string') throw new Error(`Function "${name}": it has no schedule.`);
  const resolved = schedule.replace(/%([^%]+)%/g, (_, setting: string) => {
    const value = settings[setting];
    if (!value) throw new Error(`Function "${name}": the setting ${setting} of its schedule is missing.`);
    return value;
  });
  return { type: 'timer', name, schedule: resolved, runOnStartup: runOnStartup === true };
}

/** Two functions with the same route are an error here: Azure would let the first name in the alphabet win in silence. */
function claimRoute(owners: Map<string, string>, { name, route, methods }: HttpFunctionInfo): void {
  for (const method of methods) {
    const claim = `${method} ${route.toLowerCase()}`;
    const owner = owners.get(claim);
    if (owner) throw new Error(`Function "${name}": "${claim}" belongs to function "${owner}" already.`);
    owners.set(claim, name);
  }
}
