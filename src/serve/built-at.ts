// When this code was built. A change of code can change an answer that no sync has changed, so that no Last-Modified may be earlier.

/** Put in by scripts/build.ts; unbuilt code counts as built when it is loaded. */
declare const BUILT_AT: string | undefined;

export const builtAt = typeof BUILT_AT === 'string' ? new Date(BUILT_AT) : new Date();

/** The Last-Modified of an answer that is made of a blob: the later of blob and build. */
export function lastModifiedOf(blob: { lastModified: Date }): Date {
  return blob.lastModified > builtAt ? blob.lastModified : builtAt;
}
