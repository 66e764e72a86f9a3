import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { cardPath, drawCard } from './draw-card.ts';

test('the card of the README is as the service draws it: run `node scripts/draw-card.ts` when it is not', async () => {
  assert.equal(await readFile(cardPath, 'utf8'), drawCard());
});
