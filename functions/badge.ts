import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('badge', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'badge',
  authLevel: 'anonymous',
  handler: handlers.badge,
});
