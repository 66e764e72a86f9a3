import { testWaits } from '../wait-suite.ts';

testWaits(minutes => Array.from({ length: minutes / 15 }, (_, tick) => (tick + 1) * 15));
