// Loaded before every command (`--import` in package.json). Says in one sentence what is missing, where Node would print a
// stack trace. Plain JavaScript, because an older Node reads no TypeScript.

import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
const readsTypeScript = major > 22 || (major === 22 && minor >= 18);
/** A command that loads no package is asked for the Node alone. */
const needsPackages = !import.meta.url.endsWith('?for=no-package');
const isInstalled = existsSync(new URL('../node_modules/.package-lock.json', import.meta.url));

if ((needsPackages && !isInstalled) || !readsTypeScript) {
  console.error(
    isInstalled
      ? `Node.js ${process.versions.node} is too old: install 22.18 or newer. (On Linux and Windows "npm ci" brings a Node of its own, unless optional packages are switched off.)`
      : 'Nothing is installed yet. Run this first, in the folder of the project: npm ci',
  );
  process.exit(1);
}
