import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('schema', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'api/schema.json',
  authLevel: 'anonymous',
  handler: handlers.schema,
});
