import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertWellFormedXml } from './well-formed-xml.ts';

test('accepts what a browser accepts', () => {
  assertWellFormedXml('<svg a="1" b="&amp;"><g/><text>3 &lt; 4 &#39;</text></svg>\n');
});

for (const [what, text] of [
  ['an element that is not closed', '<svg><g></svg>'],
  ['two roots', '<svg/><svg/>'],
  ['text outside the root', '<svg/>x'],
  ['an attribute twice', '<svg a="1" a="2"/>'],
  ['an attribute without quotes', '<svg a=1/>'],
  ['a bare ampersand', '<svg>a & b</svg>'],
  ['an entity of HTML', '<svg>&nbsp;</svg>'],
  ['a control character', '<svg>\u0008</svg>'],
  ['a lone surrogate', '<svg>\ud800</svg>'],
  ['a bare angle bracket', '<svg>a < b</svg>'],
  ['an angle bracket in an attribute', '<svg a="<"/>'],
  ['a bare ampersand in an attribute', '<svg a="a & b"/>'],
  ['a reference to a control character', '<svg>&#8;</svg>'],
  ['the end of a CDATA section in text', '<svg>]]></svg>'],
  ['a prefix that no namespace is declared for', '<svg xlink:href="a"/>'],
] as const) {
  test(`refuses ${what}`, () => {
    assert.throws(() => assertWellFormedXml(text), assert.AssertionError);
  });
}
