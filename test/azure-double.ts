// A double of the Azure APIs that `npm run prove` reads. Nothing here was recorded: the answers are made by hand from Microsoft's
// documentation, and no more is known of the real ones than what stands there:
// - resources, functions, keys: https://learn.microsoft.com/rest/api/appservice/web-apps (get, list-functions, list-function-keys)
// - alert rules: https://learn.microsoft.com/rest/api/monitor/scheduled-query-rules/list-by-resource-group
// - action groups: https://learn.microsoft.com/rest/api/monitor/action-groups/list-by-resource-group
// - queries and their errors: https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format, and errors beside it
// - blobs: https://learn.microsoft.com/rest/api/storageservices/list-blobs

import { type LoopbackServer, readBody, startLoopbackServer } from '../sandbox/loopback-server.ts';
import { type Azure, createAzure } from '../src/command-line/prove/azure.ts';
import { readRuleNames } from '../src/command-line/prove/prove-logs.ts';
import { readRegistrations } from '../src/command-line/prove/registrations.ts';
import type { Target } from '../src/command-line/prove/target.ts';

export type AzureDoubleAnswer = { status: number; body: unknown; headers?: Record<string, string> };

export type RuleDouble = {
  name: string;
  enabled: boolean;
  criterion: Record<string, unknown>;
  windowSize: string;
  overrideQueryTimeRange?: string;
};

/** What the double answers with, for tests to change. */
export type AzureState = {
  app: { state: string; defaultHostName: string };
  functions: { name: string; isDisabled: boolean }[];
  key: string;
  rules: RuleDouble[];
  /** The action groups by name, with the number of functions that each calls. */
  groups: Map<string, number>;
  /** Rows by query; a query that is not named here has none. */
  rows: Map<string, unknown[][]>;
  /** The host's blobs: name and when they were written. */
  hostBlobs: { name: string; writtenAt: Date }[];
  /** Answers that take the place of the double's own, by a part of `METHOD path`. */
  instead: Map<string, AzureDoubleAnswer>;
};

export type AzureDouble = LoopbackServer & {
  state: AzureState;
  requests: { call: string; authorization: string; body: string }[];
  /** The client of the double, with `bearer` for a token. */
  azure: Azure;
  /** Back to the clean deployment. */
  reset(): Promise<void>;
};

export const bearer = 'token-canary';

export const azureNames = {
  subscription: '00000000-0000-0000-0000-000000000001',
  group: 'rg-my-stats',
  name: 'stats-abc',
};
/** The deployment of the double. */
export const azureTarget: Target = {
  appUrl: undefined,
  publicUrl: undefined,
  resource: azureNames,
  workspace: '00000000-0000-0000-0000-000000000002',
  syncKey: undefined,
};

export function azureError(status: number, code: string, inner?: { code: string; message: string }): AzureDoubleAnswer {
  const innererror = inner && { code: 'SemanticError', innererror: inner };
  return { status, body: { error: { code, message: 'about person@example.com', ...(innererror && { innererror }) } } };
}

const siteOf = ({ app }: AzureState, url: string) => ({
  id: '…',
  name: azureNames.name,
  properties: {
    ...app,
    functionAppConfig: { deployment: { storage: { type: 'blobContainer', value: `${url}/packages` } } },
  },
});

const functionsOf = ({ functions }: AzureState) => ({
  value: functions.map(({ name, isDisabled }) => ({
    name: `${azureNames.name}/${name}`,
    properties: { name, isDisabled },
  })),
});

const rulesOf = ({ rules }: AzureState) => ({
  value: rules.map(({ name, criterion, ...properties }) => ({
    name,
    properties: { ...properties, criteria: { allOf: [criterion] } },
  })),
});

const groupsOf = ({ groups, key }: AzureState) => ({
  value: [...groups].map(([name, count]) => {
    const receiver = { name: 'sync-now', httpTriggerUrl: `https://stats.example/api/sync?code=${key}` };
    return { name, properties: { azureFunctionReceivers: Array(count).fill(receiver) } };
  }),
});

function tableOf({ rows }: AzureState, body: string): object {
  const { query } = JSON.parse(body);
  const found = [...rows].find(([part]) => query.includes(part))?.[1] ?? [];
  return { tables: [{ name: 'PrimaryResult', columns: [{ name: 'code', type: 'string' }], rows: found }] };
}

const blobList = ({ hostBlobs }: AzureState) =>
  `\uFEFF<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Prefix>timers/</Prefix><Blobs>${hostBlobs
    .map(
      ({ name, writtenAt }) =>
        `<Blob><Name>${name}</Name><Properties><Creation-Time>${writtenAt.toUTCString()}</Creation-Time><Last-Modified>${writtenAt.toUTCString()}</Last-Modified><Etag>0x8</Etag></Properties></Blob>`,
    )
    .join('')}</Blobs><NextMarker /></EnumerationResults>`;

function answerTo(state: AzureState, { url, call, body }: { url: string; call: string; body: string }): unknown {
  const site = `/subscriptions/${azureNames.subscription}/resourceGroups/${azureNames.group}/providers/Microsoft.Web/sites/${azureNames.name}`;
  switch (call) {
    case `GET ${site}`:
      return siteOf(state, url);
    case `GET ${site}/functions`:
      return functionsOf(state);
    case `POST ${site}/functions/sync-now/listkeys`:
      return { default: state.key };
    case `GET ${site.slice(0, site.indexOf('Microsoft.Web'))}Microsoft.Insights/scheduledQueryRules`:
      return rulesOf(state);
    case `GET ${site.slice(0, site.indexOf('Microsoft.Web'))}Microsoft.Insights/actionGroups`:
      return groupsOf(state);
    case `POST /v1/workspaces/${azureTarget.workspace}/query`:
      return tableOf(state, body);
    case 'GET /azure-webjobs-hosts':
      return blobList(state);
    default:
      return undefined;
  }
}

/** A clean deployment of what the source has, with a timer that ticks. */
async function cleanState(): Promise<AzureState> {
  const [registrations, ruleNames] = await Promise.all([readRegistrations(), readRuleNames()]);
  return {
    app: { state: 'Running', defaultHostName: 'stats-abc.azurewebsites.net' },
    functions: registrations.map(({ name }) => ({ name, isDisabled: false })),
    key: 'key-canary',
    rules: ruleNames.map(name => ({
      name: `${name}-abcdefghijklm`,
      enabled: true,
      windowSize: 'PT2H',
      criterion: {
        query: `AppTraces | take 5 // ${name}`,
        timeAggregation: 'Count',
        operator: 'GreaterThan',
        threshold: 0,
      },
    })),
    groups: new Map([
      ['ag-abcdefghijklm', 0],
      ['ag-clock-abcdefghijklm', 1],
    ]),
    rows: new Map([['AppRequests', [[6], [21], [36], [51]]]]),
    hostBlobs: [{ name: 'timers/stats-abc/Host.Functions.sync/status', writtenAt: new Date() }],
    instead: new Map(),
  };
}

/** Starts the double with a clean deployment. */
export async function startAzureDouble(): Promise<AzureDouble> {
  const state = await cleanState();
  const requests: AzureDouble['requests'] = [];
  const server = await startLoopbackServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://azure');
    const body = (await readBody(request)).toString();
    const call = `${request.method} ${pathname}`;
    requests.push({ call, authorization: request.headers.authorization ?? '', body });
    const isVersioned = searchParams.has('api-version') || /^\/(v1|azure-webjobs-hosts)\b/.test(pathname);
    const own = isVersioned ? answerTo(state, { url: server.url, call, body }) : undefined;
    const planted = [...state.instead].find(([part]) => call.includes(part))?.[1];
    const {
      status,
      body: value,
      headers,
    } = planted ?? (own ? { status: 200, body: own } : azureError(404, 'NotFound'));
    const type = typeof value === 'string' ? 'application/xml' : 'application/json; charset=utf-8';
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(typeof value === 'string' ? value : JSON.stringify(value));
  });
  const azure = createAzure(async () => bearer, { manager: server.url, logs: server.url });
  const reset = async () => {
    Object.assign(state, await cleanState());
    requests.length = 0;
  };
  return { ...server, state, requests, azure, reset };
}
