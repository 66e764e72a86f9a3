import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { makeTemplateReader, readSources, type Sources, type Template } from './template.ts';

describe('the Bicep sources', () => {
  let sources: Sources;
  let read: (sources: Sources) => Template;

  before(async () => {
    sources = await readSources();
    read = await makeTemplateReader();
  });

  it('are read by the grammar without an error, every one', () => {
    assert.ok(sources.has('main.bicep') && sources.size > 5, 'main and its modules are found');
    for (const file of read(sources).values()) assert.deepEqual(file.faults, [], file.path);
  });

  it('are refused with the place of the error when one is broken', () => {
    const broken = new Map(sources).set('main.bicep', `${sources.get('main.bicep')}\nresource {`);
    assert.match(read(broken).get('main.bicep')?.faults.join() ?? '', /^\d+:\d+ /);
  });

  it('are all used: each module by main', () => {
    const used = read(sources)
      .get('main.bicep')
      ?.modules.map(module => module.path);
    assert.deepEqual(['main.bicep', ...(used ?? [])].sort(), [...sources.keys()].sort());
  });
});
