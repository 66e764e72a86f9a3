// The files of other languages that the views serve or show, as text. Unbuilt they are read from their places; the build
// evaluates this module and bundles its values, so that nothing else of it may depend on where it runs.

import { readFileSync } from 'node:fs';

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

function readSnippet(name: string): string {
  return read(`../../examples/snippets/${name}`);
}

/** The module script of `<peloton-stats>`. */
export const widgetSource = read('./widget/peloton-stats.js');

export const pageStyle = read('./page.css') + read('./page-charts.css');

/** What an owner copies; `PUBLIC_URL` stands for the address of the service. */
export const snippets = {
  imageHtml: readSnippet('image.html'),
  imageMarkdown: readSnippet('image.md'),
  tagHtml: readSnippet('tag.html'),
  tagStyle: readSnippet('tag-style.txt'),
  tagPolicy: readSnippet('tag-policy.txt'),
  fetch: readSnippet('fetch.html'),
  react: readSnippet('peloton-stats.jsx'),
  badge: readSnippet('badge.md'),
};
