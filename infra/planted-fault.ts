// A policy that cannot fail is worth nothing: beside its pass on the real sources, each of its tests plants a fault into
// them and expects the policy to name it.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type Findings, makeTemplateReader, readSources, type Sources, type Template } from './template.ts';

/** What is wrong, in which file, the text that is replaced and by what, and the finding that must come. */
export type PlantedFault = readonly [name: string, file: string, from: string | RegExp, to: string, finding: RegExp];

export function testPolicy(
  policy: (template: Template, sources: Sources) => Findings,
  faults: readonly PlantedFault[],
): void {
  describe(policy.name, () => {
    let sources: Sources;
    let read: (sources: Sources) => Template;

    before(async () => {
      sources = await readSources();
      read = await makeTemplateReader();
    });

    it('finds nothing in the deployment', () => assert.deepEqual(policy(read(sources), sources), []));

    for (const [name, file, from, to, finding] of faults) {
      it(`finds ${name}`, () => {
        const source = sources.get(file) ?? '';
        const planted = source.replace(from, to);
        assert.notEqual(planted, source, 'the fault could not be planted');
        const changed = new Map(sources).set(file, planted);
        const template = read(changed);
        assert.deepEqual(template.get(file)?.faults, [], 'the fault is one of meaning, not of grammar');
        assert.match(policy(template, changed).join('\n'), finding);
      });
    }
  });
}
