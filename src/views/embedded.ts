// The files of other languages that the views serve or show, as text. The build evaluates this module and bundles its values;
// unbuilt, the files are read when it is loaded.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

function readText(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

function readSnippet(name: string): string {
  return readText(`../../examples/snippets/${name}`);
}

/** The module script of `<peloton-stats>`: what it shares with the other views goes in, so that they draw the same. */
function bundleWidget(): string {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL('./widget/peloton-stats.js', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome125', 'firefox126', 'safari17.4'],
    charset: 'utf8',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

export const widgetSource = bundleWidget();

/** What the builder does while it is used, and its style. */
export const builderScript = readText('./builder-client.js');
export const builderStyle = readText('./builder.css');

export const pageStyle = ['page', 'page-charts', 'page-tables', 'page-training']
  .map(name => readText(`./${name}.css`))
  .join('');

/** The snippets that an owner copies; `PUBLIC_URL` stands for the address of the service. */
export const snippets = {
  imageHtml: readSnippet('image.html'),
  imageAlt: readSnippet('image-alt.html'),
  imageMarkdown: readSnippet('image.md'),
  tagHtml: readSnippet('tag.html'),
  tagStyle: readSnippet('tag-style.txt'),
  tagPolicy: readSnippet('tag-policy.txt'),
  frame: readSnippet('frame.html'),
  fetch: readSnippet('fetch.html'),
  react: readSnippet('peloton-stats.jsx'),
  badge: readSnippet('badge.md'),
};
