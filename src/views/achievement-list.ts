// The achievements in Peloton's own order: the first twelve at once, the others on demand. Their images are left out, since
// the host they are on would learn of every reader.

import type { Achievement } from '../stats/snapshot.ts';
import { fitText } from './fit-text.ts';
import { formatShort } from './format.ts';
import { type Markup, markup } from './markup.ts';

const shownAtOnce = 12;

/** The achievements, or undefined where there are none. */
export function renderAchievements(achievements: readonly Achievement[] = []): Markup | undefined {
  if (achievements.length === 0) return undefined;
  const rest = achievements.slice(shownAtOnce);
  return markup`${renderList(achievements.slice(0, shownAtOnce))}${
    rest.length > 0 && markup`<details><summary>${formatShort(rest.length)} more</summary>${renderList(rest)}</details>`
  }`;
}

function renderList(achievements: readonly Achievement[]): Markup {
  return markup`<ul class="achievements">${achievements.map(
    ({ name, description, count }) =>
      markup`<li><b>${fitText(name, 60)}</b>${count !== undefined && count > 1 && markup` <span class="times">×${formatShort(count)}</span>`}${
        description && markup`<br><span class="muted">${fitText(description, 160)}</span>`
      }</li>
`,
  )}</ul>`;
}
