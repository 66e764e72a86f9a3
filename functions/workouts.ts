import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('workouts', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'api/workouts',
  authLevel: 'anonymous',
  handler: handlers.workouts,
});
