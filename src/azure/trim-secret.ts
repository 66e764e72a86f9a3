// Byte order marks and line ends, which editors, shells and Windows put around a secret unseen. They belong to no secret, so
// every reader of a secret takes them off with this function.

/** The secret without byte order marks and line ends around it. */
export function trimSecret(value: string): string {
  return value.replace(/^[\uFEFF\r\n]+|[\uFEFF\r\n]+$/g, '');
}
