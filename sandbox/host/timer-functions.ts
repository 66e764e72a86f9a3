// The timer half of the local host: runs each timer function on its schedule. Runs of one timer never overlap. The host
// keeps no memory over a restart, so a run that was missed while the host was down is not made up for.

import { minuteMs } from '../../src/stats/time.ts';
import type { TimerFunctionInfo } from './function-metadata.ts';
import { parseNcrontab } from './ncrontab.ts';
import type { TypedData } from './rpc.ts';

/** The longest wait before the clock is read again: Node's own timers stand still while the machine sleeps. */
const longestWaitMs = minuteMs;

export type TimerFunction = {
  /** Runs the function after the run under way, if there is one. Rejects with the error of the function. */
  run(): Promise<void>;
  /** Starts the schedule; with runOnStartup the first run is at once. */
  start(): void;
  stop(): void;
};

export type TimerFunctionOptions = {
  info: TimerFunctionInfo;
  clock: () => Date;
  invoke(data: TypedData): Promise<unknown>;
};

/** Creates a timer that does not run yet. Throws on a schedule that is not NCRONTAB. */
export function createTimerFunction({ info, clock, invoke }: TimerFunctionOptions): TimerFunction {
  const schedule = parseNcrontab(info.schedule);
  let last = new Date(0);
  let running: Promise<unknown> = Promise.resolve();
  let waiting: NodeJS.Timeout | undefined;
  let isStopped = false;

  function run(isPastDue = false): Promise<void> {
    const current = running.then(async () => {
      const startedAt = clock();
      const status = { Last: last, Next: schedule.next(startedAt), LastUpdated: last };
      last = startedAt;
      const timer = { Schedule: { AdjustForDST: true }, ScheduleStatus: status, IsPastDue: isPastDue };
      await invoke({ json: JSON.stringify(timer) });
    });
    running = current.catch(() => {}); // the caller of run() gets the error
    return current;
  }

  function waitFor(due: Date): void {
    if (isStopped) return;
    const now = clock();
    const leftMs = due.getTime() - now.getTime();
    if (leftMs > 0) {
      waiting = setTimeout(waitFor, Math.min(leftMs, longestWaitMs), due);
      return;
    }
    const again = () => waitFor(schedule.next(clock()));
    run(-leftMs >= longestWaitMs).then(again, again); // invoke() has logged a failure, and the schedule goes on
  }

  return {
    run: () => run(),
    start: () => waitFor(info.runOnStartup ? clock() : schedule.next(clock())),
    stop: () => {
      isStopped = true;
      clearTimeout(waiting);
    },
  };
}
