import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('page', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'page',
  authLevel: 'anonymous',
  handler: handlers.page,
});
