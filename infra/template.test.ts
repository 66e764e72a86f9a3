// The template holds every rule of infra/policies/, and no rule is one that cannot fail: each is broken by faults that are
// planted into a copy of the sources, which Bicep then reads as it reads the real ones.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Compiler, findBicep, startCompiler, withoutBicep } from './bicep.ts';
import { alerts } from './policies/alerts.ts';
import { azd } from './policies/azd.ts';
import { lockdown } from './policies/lockdown.ts';
import { names } from './policies/names.ts';
import { platform } from './policies/platform.ts';
import { retention } from './policies/retention.ts';
import { roles } from './policies/roles.ts';
import { secondClock } from './policies/second-clock.ts';
import { secrets } from './policies/secrets.ts';
import { settings } from './policies/settings.ts';
import { sources } from './policies/sources.ts';
import { type Fault, readSources, type Sources, type Template } from './template.ts';

const policies = { sources, names, azd, settings, roles, secrets, lockdown, platform, retention, alerts, secondClock };

const bicepPath = findBicep();

it('is checked by Bicep', { skip: !bicepPath && process.env.CI !== 'true' && withoutBicep }, () => {
  assert.ok(bicepPath, withoutBicep);
});

/** Sources with a fault, and with a linter that only warns of it, so that the rule is asked. */
function plant(sources: Sources, [file, from, to]: Fault): Sources {
  const isMeant = (path: string) => path === `${file}.bicep` || path === `modules/${file}.bicep` || file === '*';
  const planted = new Map(sources);
  for (const [path, text] of sources)
    if (isMeant(path)) planted.set(path, text.replace(from, to));
    else if (path === 'bicepconfig.json') planted.set(path, text.replaceAll('"error"', '"warning"'));
  assert.ok(
    [...sources].some(([path, text]) => isMeant(path) && planted.get(path) !== text),
    'the fault could not be planted',
  );
  return planted;
}

/** Rules and faults, as tests that ask the compiler. */
function checkTemplate(path: string): void {
  let compiler: Compiler;
  let template: Template;

  before(async () => {
    compiler = await startCompiler(path);
    template = await compiler.open(await readSources());
  });
  after(() => compiler[Symbol.asyncDispose]());

  for (const [name, rules] of Object.entries(policies))
    describe(name, { concurrency: 4 }, () => {
      for (const { says, holds, faults } of rules) {
        it(says, () => holds(template));

        for (const [fault, planted] of Object.entries(faults))
          it(`${says}: not with ${fault}`, async () => {
            const broken = await compiler.open(plant(template.sources, planted));
            await assert.rejects(holds(broken), (error: Error) => {
              assert.equal(error.name, 'AssertionError', error.message);
              assert.match(error.message, planted[3] ?? /./);
              return true;
            });
          });
      }
    });
}

if (bicepPath) checkTemplate(bicepPath);
