import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('history', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'api/history',
  authLevel: 'anonymous',
  handler: handlers.history,
});
