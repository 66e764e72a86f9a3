// The part of Astro's API that this package uses, in the place of `astro/loaders`. Written out so that the package is checked
// without installing Astro; the example site is checked against the real one.

export type Entry = { id: string; data: Record<string, unknown>; digest?: string | number };

export type LoaderContext = {
  store: { get(id: string): Entry | undefined; set(entry: Entry): boolean; clear(): void };
  /** Survives from build to build, as the store does. */
  meta: { get(key: string): string | undefined; set(key: string, value: string): void; delete(key: string): void };
  logger: { warn(message: string): void };
  config: { root: URL };
  parseData(entry: { id: string; data: Record<string, unknown> }): Promise<Record<string, unknown>>;
  generateDigest(data: Record<string, unknown>): string;
};

export type Loader = { name: string; load(context: LoaderContext): Promise<void> };
