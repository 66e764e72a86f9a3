import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('badge', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'api/badge',
  authLevel: 'anonymous',
  handler: handlers.badge,
});
