// The timer half of the local host: when a function runs, and what it is told. Runs of one timer never overlap, and
// nothing is remembered over a restart, so a run missed while the host was down is not made up for.

import { minuteMs } from '../../src/stats/time.ts';
import type { TimerFunctionInfo } from './function-metadata.ts';
import { parseNcrontab } from './ncrontab.ts';
import type { TypedData } from './rpc.ts';

/** A timer must look at the clock now and then: Node's own timers stand still while a machine sleeps. */
const longestWaitMs = minuteMs;

export type TimerFunction = {
  /** Runs the function once the run under way, if any, is over. Rejects with what the function threw. */
  run(): Promise<void>;
  /** Starts the schedule, with a run at once where runOnStartup is set. */
  start(): void;
  stop(): void;
};

export type TimerFunctionOptions = {
  info: TimerFunctionInfo;
  clock: () => Date;
  invoke(data: TypedData): Promise<unknown>;
};

/** Throws on a schedule that is none. */
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
    running = current.catch(() => {}); // whoever called run() hears of it
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
    run(-leftMs >= longestWaitMs).then(again, again); // a failure is in the log, and the schedule goes on
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
