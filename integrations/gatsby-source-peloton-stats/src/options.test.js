// Which addresses the plugin takes. That Gatsby's own Joi accepts the schema is seen in the build of examples/gatsby.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { findBaseUrlFault } = require('./options.js');

test('takes https anywhere, and http on this machine', () => {
  for (const url of [
    'https://stats.example',
    'https://example.org/peloton/',
    'http://127.0.0.1:7071',
    'http://[::1]:1',
  ])
    assert.equal(findBaseUrlFault(url), null, url);
});

test('says what is wrong with an address without repeating it', () => {
  const faults = {
    'stats.example': /must be a URL/,
    'http://stats.example': /must begin with https/,
    'file:///etc/passwd': /must begin with https/,
    'https://me:hunter2@stats.example': /user name or a password/,
    'https://stats.example/?code=hunter2': /query/,
  };
  for (const [url, fault] of Object.entries(faults)) {
    assert.match(findBaseUrlFault(url) ?? '', fault);
    assert.doesNotMatch(findBaseUrlFault(url) ?? '', /hunter2/);
  }
});
