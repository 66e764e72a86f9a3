// (a) What starting costs: bare Node, the built entry, the unbundled functions; and each of them with a first GET.

import { runFresh, targets } from './fresh-node.ts';
import { ratio, takeTurns } from './measure.ts';
import type { Report } from './report.ts';
import type { Service } from './service.ts';

export async function measureImports({ settings }: Service): Promise<Report> {
  const { bare, built, unbundled, builtGet, unbundledGet } = await takeTurns(
    {
      bare: () => runFresh({ target: targets.nothing }),
      built: () => runFresh({ target: targets.built, settings }),
      unbundled: () => runFresh({ target: targets.unbundled, settings }),
      builtGet: () => runFresh({ target: targets.built, call: 'stats', settings }),
      unbundledGet: () => runFresh({ target: targets.unbundled, call: 'stats', settings }),
    },
    11,
  );
  const row = (what: string, { cpu = Number.NaN, wall = Number.NaN }) => ({
    what,
    figures: `${wall.toFixed(0)} ms, ${cpu.toFixed(0)} ms of CPU`,
    ratio: `${ratio(wall, bare.wall)}, ${ratio(cpu, bare.cpu)} of CPU`,
  });
  return {
    title: 'Start of a process, against bare Node',
    rows: [
      row('bare Node', bare),
      row('the built entry', built),
      row('the unbundled functions', unbundled),
      row('the built entry and its first GET', builtGet),
      row('the unbundled functions and their first GET', unbundledGet),
    ],
    ratios: {
      import_vs_bare_node: ratio(built.wall, bare.wall),
      import_cpu_vs_bare_node: ratio(built.cpu, bare.cpu),
      import_vs_unbundled: ratio(built.wall, unbundled.wall),
      first_get_vs_bare_node: ratio(builtGet.wall, bare.wall),
      first_get_vs_unbundled: ratio(builtGet.wall, unbundledGet.wall),
    },
  };
}
