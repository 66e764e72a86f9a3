import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

app.http('sync-now', { methods: ['POST'], route: 'api/sync', authLevel: 'function', handler: handlers.syncNow });
