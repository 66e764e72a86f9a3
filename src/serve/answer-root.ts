// GET /: leads whoever opens the bare address of the service to the page for people.

import { commonHeaders, type Reply, type RouteHandler } from './reply.ts';

/** The Location is relative, so that it is right under every name that a domain or a CDN gives to the service. */
const toPage: Reply = {
  status: 302,
  headers: { ...commonHeaders, Location: 'api/page', 'Cache-Control': 'public, max-age=300' },
};

export function answerRoot(): RouteHandler {
  return async () => toPage;
}
