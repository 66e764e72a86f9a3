// `npm run prove`: asks a deployed service what only the real one can answer, a line each. Loads no package, so that the workflow that
// deploys can run it where a token for Azure can be had.

import { createAzure, createTokenReader } from './prove/azure.ts';
import { createPatience } from './prove/patience.ts';
import { proveDeployment } from './prove/prove-deployment.ts';
import { completeEnvironment, describeTarget, readTarget } from './prove/target.ts';
import { lineOf } from './prove/verdict.ts';
import { type HasFlag, runProgram } from './run-program.ts';

const about = `After a deployment: asks the service itself, and Azure where your login may, whether what was promised holds: functions,
health, routes, headers, codings, 304, CORS, preflight, the timer's ticks, the alerts' queries. One line each: holds, what to
do, or not asked and why. Reads only. Prints no secret.

Proves what azd has deployed from this folder (azd env get-values), or what the environment names: PUBLIC_URL, or
AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP and AZURE_FUNCTION_APP_NAME. For npm start: PUBLIC_URL=http://127.0.0.1:7071`;
const sync = 'asks for one sync besides, if one is due, with the key that Azure gives your login, or SYNC_KEY';

async function prove(has: HasFlag): Promise<number> {
  const environment = await completeEnvironment(process.env);
  const target = readTarget(environment);
  const readToken = createTokenReader(target.resource?.subscription, environment);
  console.log(await describeTarget(target, { environment, readToken }));
  const azure = createAzure(readToken);
  const patience = createPatience({
    onWait: (what, seconds) => console.error(`Waiting for ${what}, ${seconds} s at most.`),
  });
  let faults = 0;
  for await (const verdict of proveDeployment(azure, target, { sync: has('sync'), patience })) {
    console.log(lineOf(verdict));
    if (verdict.mark === 'FIX') faults++;
  }
  if (faults > 0) console.log(`\n${faults} to do.`);
  return faults > 0 ? 1 : 0;
}

await runProgram({ command: 'npm run prove', about, flags: { sync }, run: prove });
