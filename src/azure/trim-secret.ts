// What editors, shells and Windows put around a secret without anybody seeing it. None of it belongs to any secret, so every
// reader of one takes the text from here.

/** The secret without byte order marks and line ends around it. */
export function trimSecret(value: string): string {
  return value.replace(/^[\uFEFF\r\n]+|[\uFEFF\r\n]+$/g, '');
}
