import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('page', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'api/page',
  authLevel: 'anonymous',
  handler: handlers.page,
});
