// Writes docs/card.svg, the card in the README: one of the sandbox's members on a day that is always the same.

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { renderCard } from '../src/views/card.ts';
import { readQuery } from '../src/views/options.ts';
import { sampleHistory, sampleSnapshot } from '../test/sample-member.ts';

export const cardPath = fileURLToPath(new URL('../docs/card.svg', import.meta.url));

export function drawCard(): string {
  const history = sampleHistory({ days: 200 });
  return renderCard({ snapshot: sampleSnapshot(history), history }, readQuery(new URLSearchParams())).svg;
}

if (import.meta.main) await writeFile(cardPath, drawCard());
