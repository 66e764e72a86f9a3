import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('card', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'api/card.svg',
  authLevel: 'anonymous',
  handler: handlers.card,
});
