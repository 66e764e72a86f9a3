// What the questions' answers name is there: commands, settings, routes and options; and each answer is three lines long.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { settingNames } from '../src/config.ts';
import { parts } from '../src/views/options.ts';

const root = resolve(import.meta.dirname, '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const text = read('docs/questions.md');
const answers = text.split(/^## /m).slice(1);
const codes = [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

test('each question is answered in three lines, with something to type or to open', () => {
  assert.ok(answers.length >= 9);
  for (const answer of answers) {
    const [question, ...lines] = answer.trim().split('\n').filter(Boolean);
    assert.equal(lines.length, 3, question);
    assert.match(answer, /`/, question);
  }
});

test('each command that an answer names is one', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const named = codes.flatMap(code => /^npm run (\S+)/.exec(code)?.[1] ?? []);
  assert.ok(named.length > 0);
  for (const name of named) assert.ok(name in scripts, name);
});

test('each setting that an answer names is one of the service or of the template', () => {
  const ofTemplate = [...read('infra/main.parameters.json').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
  const known = new Set<string | undefined>([...settingNames, ...ofTemplate]);
  const named = codes.flatMap(code => code.match(/\b[A-Z][A-Z\d]*(_[A-Z\d]+)+\b|\bWORKOUTS\b/g) ?? []);
  assert.ok(named.length > 0);
  for (const name of named) assert.ok(known.has(name), name);
  const deployable = codes.flatMap(code => /^azd env set (\S+)/.exec(code)?.[1] ?? []);
  for (const name of deployable) assert.ok(ofTemplate.includes(name), name);
});

test('each route and each part that an answer names is there', () => {
  const routes = globSync('functions/*.ts', { cwd: root }).map(file => /route: '([^']+)'/.exec(read(file))?.[1]);
  const named = codes.flatMap(code => /^\/(api\/[\w.]+)/.exec(code)?.[1] ?? []);
  assert.ok(named.length > 0);
  for (const route of named) assert.ok(routes.includes(route), route);
  const hidden = /`hide` takes ((?:`\w+`(?:, )?)+)/.exec(text)?.[1]?.match(/\w+/g);
  assert.deepEqual(hidden, [...parts]);
});
