// Checks for tests that a text is well-formed XML with declared namespaces, as strictly as a browser reads a picture: of an
// SVG that breaks one rule, a browser shows nothing.

import assert from 'node:assert/strict';
import { SaxesParser } from 'saxes';

/** Throws an assertion error that says where the text is not well-formed. */
export function assertWellFormedXml(text: string): void {
  const parser = new SaxesParser({ xmlns: true, position: true });
  parser.on('error', ({ message }) => assert.fail(`${message} ${text.slice(0, parser.position).slice(-60)}`));
  parser.write(text).close();
}
