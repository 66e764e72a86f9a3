import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('openapi', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'api/openapi.json',
  authLevel: 'anonymous',
  handler: handlers.openapi,
});
