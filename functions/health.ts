import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('health', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'api/health',
  authLevel: 'anonymous',
  handler: handlers.health,
});
