import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleHistory } from '../../test/sample-member.ts';
import { drawLine } from './line-path.ts';

function point(date: string, total_workouts: number) {
  return { date, total_workouts, counts: {} };
}

test('the least total lies at the bottom left, the most at the top right', () => {
  const line = drawLine([point('2026-03-01', 10), point('2026-03-02', 10), point('2026-03-03', 14)], 100, 20);
  assert.equal(line.known, 'M0 20L50 20L100 0h0');
  assert.equal(line.gaps, '');
  assert.equal(line.area, 'M0 20L0 20L50 20L100 0L100 20z');
  assert.deepEqual(line.end, { x: 100, y: 0 });
});

test('a gap is a line of its own, as wide as its days', () => {
  const line = drawLine([point('2026-03-01', 0), point('2026-03-02', 1), point('2026-03-05', 4)], 100, 20);
  assert.equal(line.known, 'M0 20L25 15h0M100 0h0');
  assert.equal(line.gaps, 'M25 15L100 0');
});

test('a total that never changes is a straight line', () => {
  assert.equal(drawLine([point('2026-03-01', 5), point('2026-03-02', 5)], 100, 20).known, 'M0 20L100 20h0');
});

test('ten years keep their ends and become no more than some hundred points', () => {
  const { known, end } = drawLine(sampleHistory({ days: 3650 }), 720, 180);
  assert.ok(known.split('L').length <= 401);
  assert.match(known, /^M0 180L.*L720 0h0$/);
  assert.deepEqual(end, { x: 720, y: 0 });
});
