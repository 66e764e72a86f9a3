import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wordsOf, writeToConsole } from './console-log.ts';

describe('the log on the console', () => {
  it("shows the service's events as words", () => {
    const event = { event: 'sync.succeeded', date: '2026-11-22', hint: 'two words', drift: ['a'], code: null };
    assert.equal(
      wordsOf(JSON.stringify(event)),
      'sync.succeeded date=2026-11-22 hint="two words" drift=["a"] code=null',
    );
  });

  it('leaves everything else as it is', () => {
    for (const message of ['plain', '{"other":1}', '{"event":"broken']) assert.equal(wordsOf(message), message);
  });

  it('says what went wrong on stderr, the rest on stdout, and keeps quiet about details', t => {
    const out = t.mock.method(process.stdout, 'write', () => true);
    const err = t.mock.method(process.stderr, 'write', () => true);
    writeToConsole({ level: 'debug', category: 'user', message: 'a detail' });
    writeToConsole({ level: 'information', category: 'user', message: 'all is well', functionName: 'sync' });
    writeToConsole({ level: 'error', category: 'system', message: 'all is lost' });
    const [written, failed] = [out, err].map(mock => mock.mock.calls.map(call => String(call.arguments[0])).join(''));
    t.mock.restoreAll();
    assert.match(written ?? '', /^\S* ?\d\d:\d\d:\d\d.* sync: all is well\n$/);
    assert.match(failed ?? '', /host: all is lost\n$/);
  });
});
