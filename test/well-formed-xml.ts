// For tests: checks that a text is well-formed XML with known namespaces, as strictly as a browser reads a picture. A
// browser shows nothing at all of an SVG that breaks one rule.

import assert from 'node:assert/strict';
import { SaxesParser } from 'saxes';

/** Throws an assertion error that says where the text is not well-formed. */
export function assertWellFormedXml(text: string): void {
  const parser = new SaxesParser({ xmlns: true, position: true });
  parser.on('error', ({ message }) => assert.fail(`${message} ${text.slice(0, parser.position).slice(-60)}`));
  parser.write(text).close();
}
