// Runs one invocation of a function as Azure's Node worker does: arguments, hooks, handler, hooks, response.
// The error of a handler is thrown after the postInvocation hooks, because these hooks may remove or replace the error.

import { randomUUID } from 'node:crypto';
import { runHooks, type Worker, writeLog } from './functions-core.ts';
import type {
  Binding,
  FunctionCallback,
  FunctionMetadata,
  HostLogLevel,
  InvocationModel,
  InvocationResponse,
  LogEntry,
  TypedData,
} from './rpc.ts';

/** Invokes one function with the data of its trigger. An error of the handler or of a hook is logged and thrown again. */
export async function invoke(worker: Worker, functionName: string, data: TypedData): Promise<InvocationResponse> {
  const registered = worker.functions.get(functionName);
  if (!registered) throw new Error(`The app has no function "${functionName}".`);
  const core = createCoreContext(worker, registered.metadata, data);
  try {
    return await run(worker, registered.callback, core);
  } catch (error) {
    core.log('error', 'system', `Function ${functionName} failed: ${(error as Error)?.stack ?? String(error)}`);
    throw error;
  }
}

async function run(worker: Worker, callback: FunctionCallback, core: CoreContext): Promise<InvocationResponse> {
  const model = await worker.programmingModel?.getInvocationModel(core);
  if (!model) throw new Error('The app was loaded without @azure/functions.');
  const { context, inputs } = await model.getArguments();
  const shared = { hookData: {}, appHookData: worker.appHookData, invocationContext: context };
  core.logContext = shared;

  const before = { ...shared, functionCallback: callback, inputs };
  core.state = 'preInvocationHooks';
  await runHooks(worker, 'preInvocation', before);

  core.state = 'invocation';
  const outcome = await settle(model, context, before);

  const after = { ...shared, inputs: before.inputs, ...outcome };
  core.state = 'postInvocationHooks';
  await runHooks(worker, 'postInvocation', after);
  core.state = undefined;
  if (after.error !== null && after.error !== undefined) throw after.error;
  return model.getResponse(context, after.result);
}

type CoreContext = {
  invocationId: string;
  metadata: FunctionMetadata;
  request: { invocationId: string; inputData: { name: string; data: TypedData }[] };
  /** The stage of the invocation. @azure/functions warns of context.log() calls where there is none. */
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  logContext: Record<string, unknown> | undefined;
  log(level: HostLogLevel, category: LogEntry['category'], message: string): void;
};

function createCoreContext(worker: Worker, metadata: FunctionMetadata, data: TypedData): CoreContext {
  const invocationId = randomUUID();
  return {
    invocationId,
    metadata,
    request: { invocationId, inputData: [{ name: findTrigger(metadata.bindings).name, data }] },
    state: undefined,
    logContext: undefined,
    log(level, category, message) {
      writeLog(worker, { level, category, message, functionName: metadata.name, invocationId }, this.logContext);
    },
  };
}

type HandlerCall = { inputs: unknown[]; functionCallback: FunctionCallback };

async function settle(model: InvocationModel, context: unknown, { inputs, functionCallback }: HandlerCall) {
  const outcome: { result: unknown; error: unknown } = { result: null, error: null };
  try {
    outcome.result = await model.invokeFunction(context, inputs, functionCallback);
  } catch (error) {
    outcome.error = error;
  }
  return outcome;
}

/** The binding that starts a function. */
export function findTrigger(bindings: Record<string, Binding>): { name: string; binding: Binding } {
  for (const [name, binding] of Object.entries(bindings)) {
    if (binding.type?.toLowerCase().endsWith('trigger')) return { name, binding };
  }
  throw new Error('The function has no trigger.');
}
