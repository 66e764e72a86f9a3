import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('stats-day', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'api/stats/{date}',
  authLevel: 'anonymous',
  handler: handlers.statsDay,
});
