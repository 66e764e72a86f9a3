import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

// The path `/`. Azure's host takes an empty route for its own welcome page; a parameter that may hold nothing it gives to us.
app.http('root', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  route: '{ignored:maxlength(0)?}',
  authLevel: 'anonymous',
  handler: handlers.root,
});
