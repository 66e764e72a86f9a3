import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('widget', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: 'api/widget.js',
  authLevel: 'anonymous',
  handler: handlers.widget,
});
