import { app } from '@azure/functions';
import { handlers } from '../src/app.ts';

// Every quarter of an hour, in UTC: the handler decides whether the local time of the daily sync has come.
app.timer('sync', { schedule: '0 */15 * * * *', handler: handlers.sync });
