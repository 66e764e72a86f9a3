import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('activity', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'api/activity',
  authLevel: 'anonymous',
  handler: handlers.activity,
});
