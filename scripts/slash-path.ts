/**
 * A path of this machine's file system as URLs, module specifiers and archives write it: Windows joins names with backslashes,
 * which are escapes in source text and part of a name in an archive.
 */
export const slashPath = (path: string) => path.replaceAll('\\', '/');
