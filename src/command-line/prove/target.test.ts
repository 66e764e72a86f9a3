import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeTarget, readTarget } from './target.ts';

const environment = {
  AZURE_ENV_NAME: 'my-stats',
  AZURE_SUBSCRIPTION_ID: '01234567-89ab-cdef-0123-456789abcdef',
  AZURE_RESOURCE_GROUP: 'rg-my-stats',
  AZURE_FUNCTION_APP_NAME: 'func-1',
  PUBLIC_URL: 'https://stats.example',
};
const tokenOf = (claims: object) => `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
const describeWith = (token: string | undefined) =>
  describeTarget(readTarget(environment), { environment, readToken: async () => token });

describe('the first line of npm run prove', () => {
  const where = 'Against Azure environment my-stats, app func-1 in rg-my-stats, stats.example; as';

  it('says whose login the token is: a person, or an app', async () => {
    assert.equal(await describeWith(tokenOf({ upn: 'me@example.com', appid: 'az' })), `${where} you, me@example.com.`);
    assert.equal(await describeWith(tokenOf({ appid: 'an-app' })), `${where} you, an-app.`);
  });

  it('shows nothing of a token that does not say, and says where there is none', async () => {
    for (const token of ['opaque', 'a.b.c', tokenOf({ upn: 'can\nary' }), tokenOf(['canary'])])
      assert.equal(await describeWith(token), `${where} you, by a login that does not say its name.`);
    assert.equal(await describeWith(undefined), `${where} nobody, without a login to Azure.`);
  });

  it('asks for no token where an address alone is named', async () => {
    const given = { PUBLIC_URL: 'http://127.0.0.1:7071' };
    const readToken = () => assert.fail('nobody asks Azure');
    const line = await describeTarget(readTarget(given), { environment: given, readToken });
    assert.equal(line, 'Against 127.0.0.1:7071; as any reader.');
  });
});
