// The part of Gatsby's API that this plugin uses. Written out so that the plugin is checked without installing Gatsby.

export type PluginOptions = {
  baseUrl: string;
  snapshotFile?: string;
  writeSnapshotFile?: boolean;
  onError: 'warn' | 'fail';
  timeoutMs: number;
};

/** Survives from build to build, until Gatsby clears `.cache`. Holds whatever JSON can. */
export type Cache = {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
};

/** A schema under construction, of the Joi that Gatsby hands out. */
export type JoiSchema = {
  required(): JoiSchema;
  description(text: string): JoiSchema;
  default(value: unknown): JoiSchema;
  valid(...values: string[]): JoiSchema;
  integer(): JoiSchema;
  min(limit: number): JoiSchema;
  max(limit: number): JoiSchema;
  // biome-ignore lint/suspicious/noExplicitAny: what a value is depends on the schema.
  custom(check: (value: any, helpers: { message(texts: { custom: string }): unknown }) => unknown): JoiSchema;
};

export type Joi = {
  object(fields: Record<string, JoiSchema>): JoiSchema;
  string(): JoiSchema;
  number(): JoiSchema;
  boolean(): JoiSchema;
};

export type NodeInput = {
  id: string;
  parent: null;
  children: string[];
  internal: { type: string; contentDigest: string };
};

export type GatsbyApi = {
  actions: { createNode(node: NodeInput): unknown; createTypes(definitions: string): unknown };
  cache: Cache;
  createNodeId(seed: string): string;
  createContentDigest(content: unknown): string;
  reporter: { warn(message: string): void; panicOnBuild(message: string): void };
  store: { getState(): { program: { directory: string } } };
};
