// An HTML document of ours with the policy that goes with it: one style sheet and at most one script, both by their hash.

import { createHash } from 'node:crypto';
import { renderIcon } from './icons.ts';
import { type Markup, markup, trusted } from './markup.ts';
import { palettes } from './theme.ts';

/** `policy` is the Content-Security-Policy. */
export type HtmlDocument = { html: string; policy: string };

type Parts = {
  title: string;
  description: string;
  /** Where this document is for everybody; undefined where that is unknown. */
  canonical: string | undefined;
  style: string;
  className: string;
  body: Markup;
  script?: string;
  /** The directives that are the document's own, such as `form-action 'self'`. */
  directives: readonly string[];
};

const favicon = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="${palettes.light.accent}" stroke-width="2" stroke-linecap="round">${renderIcon('').markup}</svg>`,
)}`;

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

export function renderDocument(parts: Parts): HtmlDocument {
  const { title, description, canonical, style, script, directives } = parts;
  const html = markup`<!doctype html>
<html lang="en" class="${parts.className}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<meta name="description" content="${description}">
<meta property="og:type" content="website">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${description}">
${
  canonical !== undefined &&
  markup`<meta property="og:url" content="${canonical}">
<link rel="canonical" href="${canonical}">`
}
<link rel="alternate" type="application/json" href="stats">
<link rel="icon" href="${favicon}">
<style>${trusted(style)}</style>
</head>
<body>
${parts.body}
${script !== undefined && markup`<script type="module">${trusted(script)}</script>`}
</body>
</html>
`.markup;
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    "img-src 'self' data:",
    "base-uri 'none'",
    ...(script === undefined ? [] : [`script-src 'self' ${hashOf(script)}`]),
    ...directives,
  ];
  return { html, policy: policy.join('; ') };
}
