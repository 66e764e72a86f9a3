// The messages between a Functions host and its worker, as far as http and timer functions need them. In Azure these are
// protobuf messages; the shapes here are those that @azure/functions sees after the worker has decoded them.

export type HostLogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';

export type LogEntry = {
  level: HostLogLevel;
  /** `user` for entries of context.log(), `system` for those of the library or the host. */
  category: 'user' | 'system' | 'customMetric';
  message: string;
  functionName?: string;
  invocationId?: string;
};

export type Binding = { type?: string; direction?: string } & Record<string, unknown>;
export type FunctionMetadata = { name: string; bindings: Record<string, Binding> };

export type TypedData = { json?: string; bytes?: Uint8Array; string?: string; http?: HttpData };

/** A request or a response: header names are in lower case, repeated query parameters are joined by commas. */
export type HttpData = {
  url?: string;
  method?: string;
  query?: Record<string, string>;
  params?: Record<string, string>;
  headers?: Record<string, string>;
  body?: TypedData | null;
  statusCode?: string;
  cookies?: HttpCookie[];
};

type Nullable<Value> = { value: Value } | undefined;

export type HttpCookie = {
  name: string;
  value: string;
  domain?: Nullable<string>;
  path?: Nullable<string>;
  expires?: Nullable<{ seconds: number }>;
  secure?: Nullable<boolean>;
  httpOnly?: Nullable<boolean>;
  /** `none` leaves the attribute out, `explicitNone` is SameSite=None. */
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  maxAge?: Nullable<number>;
};

export type InvocationResponse = { returnValue?: TypedData | null };

export type FunctionCallback = (...inputs: unknown[]) => unknown;

/** Turns one invocation into a call of the app's handler. @azure/functions supplies it. */
export type InvocationModel = {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
};

export type ProgrammingModel = {
  getInvocationModel(coreContext: object): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>;
};
