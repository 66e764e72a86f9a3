import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('stats', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'api/stats',
  authLevel: 'anonymous',
  handler: handlers.stats,
});
