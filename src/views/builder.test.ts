import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Parser } from 'htmlparser2';
import { sampleHistory, sampleSnapshot } from '../../test/sample-member.ts';
import { renderBuilder } from './builder.ts';
import { snippets } from './embedded.ts';
import { readQuery } from './options.ts';
import { reserveSpace } from './reserve-space.ts';
import { createSnippets, type SiteSnippets } from './site-snippets.ts';

const publicUrl = 'https://stats.example';
const snapshot = sampleSnapshot(sampleHistory({ days: 200 }));

function build(query = '', where: string | undefined = publicUrl) {
  return renderBuilder({ options: readQuery(new URLSearchParams(query)), snapshot, publicUrl: where });
}

function copy(query: string): SiteSnippets {
  return createSnippets({ options: readQuery(new URLSearchParams(query)), snapshot, publicUrl });
}

/** Elements with their attributes, and the code blocks as they are read. */
function read(html: string) {
  const elements: { name: string; attributes: Record<string, string> }[] = [];
  const codes: string[] = [];
  let isCode = false;
  const parser = new Parser({
    onopentag(name, attributes) {
      elements.push({ name, attributes });
      isCode = name === 'code' && attributes.id !== undefined;
      if (isCode) codes.push('');
    },
    ontext(text) {
      if (isCode) codes.push((codes.pop() ?? '') + text);
    },
    onclosetag(name) {
      if (name === 'code') isCode = false;
    },
  });
  parser.end(html);
  return { elements, codes };
}

test('shows each snippet as it is to be pasted', () => {
  const { codes } = read(build('theme=dark&title=Mine').html);
  assert.deepEqual(new Set(codes), new Set(Object.values(copy('theme=dark&title=Mine'))));
});

test("without a choice, the snippets are those of the documentation with today's numbers", () => {
  const { imageHtml, tagHtml, tagStyle, tagPolicy, frame, fetch, react } = copy('');
  const strip = (code: string) => code.replace(/alt="[^"]*"/, 'alt="My Peloton stats"');
  const expected = [
    snippets.imageHtml,
    snippets.tagHtml,
    snippets.tagStyle,
    snippets.tagPolicy,
    snippets.fetch,
    snippets.react,
  ];
  assert.deepEqual(
    [imageHtml, tagHtml, tagStyle, tagPolicy, fetch, react].map(strip),
    expected.map(code => code.trimEnd().replaceAll('PUBLIC_URL', publicUrl)),
  );
  assert.match(frame, /src="https:\/\/stats\.example\/api\/page\?embed" title="Peloton stats" width="100%"/);
  assert.match(
    imageHtml,
    /alt="Peloton stats: \d+ workouts as of Nov 22, 2026, current streak 31 weeks, .*Cycling \d+, /,
  );
});

test('the options are in the snippets of picture, element and frame', () => {
  const { imageHtml, imageMarkdown, tagHtml, tagStyle, frame } = copy(
    'theme=dark&lang=de&title=A+%26+B&accent=0af&hide=disciplines',
  );
  const query = 'theme=dark&amp;lang=de&amp;title=A+%26+B&amp;accent=00aaff&amp;hide=disciplines';
  assert.ok(imageHtml.includes(`api/card.svg?${query}" alt="A &amp; B: `));
  assert.ok(imageHtml.includes('width="480" height="168"'));
  assert.ok(imageMarkdown.includes(`(${publicUrl}/api/card.svg?${query.replaceAll('&amp;', '&')})`));
  assert.ok(frame.includes(`page?embed&amp;${query}" title="A &amp; B"`));
  assert.ok(
    tagHtml.includes(
      '<peloton-stats src="https://stats.example/api/stats" theme="dark" lang="de" heading="A &amp; B" accent="00aaff" hide="disciplines">',
    ),
  );
  const { wide, narrow } = reserveSpace(readQuery(new URLSearchParams('hide=disciplines')));
  assert.ok(tagStyle.includes(`min-height: ${narrow}em`) && tagStyle.includes(`min-height: ${wide}em`));
});

test('the badges have their numbers in words', () => {
  const [total, streak, discipline] = copy('').badge.split('\n');
  assert.match(total ?? '', /^!\[Peloton workouts: \d+\]\(/);
  assert.match(streak ?? '', /^!\[Peloton streak: 31 weeks\]\(/);
  assert.match(discipline ?? '', /^!\[Peloton Cycling: \d+\]\(.*metric=cycling\)$/);
});

const hostile = `"><script>alert(1)</script>](javascript:alert(1))<!-- ' $& PUBLIC_URL`;

test('whatever a title holds is text, on the page and in each snippet', () => {
  const query = `${new URLSearchParams({ title: hostile, lang: hostile, accent: hostile, hide: hostile, theme: hostile })}`;
  const { html } = build(query);
  const names = (text: string) => read(text).elements.map(({ name }) => name);
  assert.deepEqual(names(html), names(build().html));
  const { imageHtml, tagHtml, frame, imageMarkdown } = copy(query);
  for (const [code, plain] of [
    [imageHtml, copy('').imageHtml],
    [tagHtml, copy('').tagHtml],
    [frame, copy('').frame],
  ] as const) {
    assert.deepEqual(names(code), names(plain));
  }
  assert.match(
    imageMarkdown,
    /^\[!\[[^[\]\\]*(\\.[^[\]\\]*)*\]\(https:\/\/stats\.example\/api\/card\.svg\?[^()\s]*\)\]\(/,
  );
});

test('its form works without script, and shows what was chosen', () => {
  const { elements } = read(build('theme=light&accent=0af&hide=date&hide=total&lang=fo&title=x').html);
  const form = elements.find(({ name }) => name === 'form');
  assert.deepEqual(form?.attributes, { action: 'page' });
  const has = (name: string, wanted: Record<string, string>) =>
    elements.some(
      ({ name: own, attributes }) =>
        own === name && Object.entries(wanted).every(([key, value]) => attributes[key] === value),
    );
  assert.ok(has('option', { value: 'light', selected: '' }));
  assert.ok(has('option', { value: 'fo', selected: '' }));
  assert.ok(has('input', { name: 'accent', value: '#00aaff' }));
  assert.ok(has('input', { name: 'title', value: 'x' }));
  for (const part of ['total', 'date']) assert.ok(has('input', { value: part, checked: '' }));
  assert.ok(!has('input', { value: 'streaks', checked: '' }));
});

test('its policy allows its own style, script, requests and frame, by hash where they are inline', () => {
  const { html, policy } = build();
  const hash = (tag: string) =>
    createHash('sha256')
      .update(new RegExp(`<${tag}(?: type="module")?>(.+?)</${tag}>`, 's').exec(html)?.[1] ?? '')
      .digest('base64');
  for (const directive of [
    "default-src 'none'",
    `style-src 'sha256-${hash('style')}'`,
    `script-src 'self' 'sha256-${hash('script')}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
  ]) {
    assert.ok(policy.split('; ').includes(directive), directive);
  }
  assert.doesNotMatch(policy, /unsafe/);
});

test('without an address, the snippets keep its place and the page says what belongs there', () => {
  const { html } = renderBuilder({ options: readQuery(new URLSearchParams()), snapshot, publicUrl: undefined });
  assert.match(html, /Put the address of this service in the place of <code>PUBLIC_URL<\/code>/);
  assert.ok(read(html).codes.some(code => code.includes('PUBLIC_URL/api/card.svg')));
  assert.doesNotMatch(html, /canonical|undefined/);
});

test('with an address of this machine, the page says that it leads nowhere from elsewhere', () => {
  const draw = (publicUrl: string) =>
    renderBuilder({ options: readQuery(new URLSearchParams()), snapshot, publicUrl }).html;
  assert.match(draw('http://127.0.0.1:7071'), /leads nowhere but on this machine/);
  assert.doesNotMatch(draw('https://stats.example'), /leads nowhere/);
});

test('before the first sync it tells how to use it all the same', () => {
  const { html } = renderBuilder({ options: readQuery(new URLSearchParams()), snapshot: undefined, publicUrl });
  assert.ok(read(html).codes.some(code => code.includes('alt="Peloton stats"')));
  assert.doesNotMatch(html, /undefined|NaN/);
});

test('the usual heights of the element are those of the documented rule', () => {
  const { wide, narrow } = reserveSpace(readQuery(new URLSearchParams()));
  assert.ok(
    snippets.tagStyle.includes(`min-height: ${narrow}em; @container (width >= 30em) { min-height: ${wide}em }`),
  );
});
