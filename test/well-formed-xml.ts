// For tests: is a text well-formed XML, as strictly as a browser reads a picture? It knows what our pictures use (elements,
// attributes in double quotes, text, the five named entities and numeric ones) and refuses everything else.

import assert from 'node:assert/strict';

const name = '[A-Za-z_][\\w.-]*';
const token = new RegExp(
  `</(?<close>${name})>|<(?<open>${name})(?<attributes>(?: ${name}="[^"<]*")*)(?<empty>/)?>|(?<text>[^<]+)`,
  'gy',
);
const legal = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const bareAmpersand = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/;

/** Throws an assertion error that says where the text is not well-formed. */
export function assertWellFormedXml(text: string): void {
  assert.match(text, legal, 'a character that is illegal in XML');
  assert.doesNotMatch(text, bareAmpersand, 'an ampersand that begins no entity');
  const open: string[] = [];
  let roots = 0;
  let end = 0;
  for (const { 0: match, index, groups = {} } of text.trim().matchAll(token)) {
    assert.equal(index, end, `not a token: ${text.slice(end, end + 60)}`);
    end = index + match.length;
    if (groups.open !== undefined) {
      if (open.length === 0) roots += 1;
      assertUniqueAttributes(groups.attributes ?? '');
      if (groups.empty === undefined) open.push(groups.open);
    }
    if (groups.close !== undefined) assert.equal(groups.close, open.pop(), 'closes what is not open');
    if (groups.text !== undefined) {
      assert.ok(open.length > 0, `text outside the root: ${groups.text}`);
      assert.ok(!groups.text.includes(']]>'), 'the end of a CDATA section in text');
    }
  }
  assert.equal(end, text.trim().length, `not a token: ${text.slice(end, end + 60)}`);
  assert.deepEqual([open, roots], [[], 1], 'one root, and all closed');
}

function assertUniqueAttributes(attributes: string): void {
  const names = [...attributes.matchAll(/ ([^=]+)="/g)].map(match => match[1]);
  assert.equal(new Set(names).size, names.length, `an attribute twice: ${attributes}`);
}
