// The files of other languages that the views serve or show, as text. The build evaluates this module and bundles its values;
// unbuilt, the files are read when it is loaded.

import { readFileSync } from 'node:fs';

function readText(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

function readSnippet(name: string): string {
  return readText(`../../examples/snippets/${name}`);
}

/** The module script of `<peloton-stats>`. */
export const widgetSource = readText('./widget/peloton-stats.js');

export const pageStyle = readText('./page.css') + readText('./page-charts.css');

/** The snippets that an owner copies; `PUBLIC_URL` stands for the address of the service. */
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
