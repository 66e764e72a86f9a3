// Parts of the SDKs that the deployed service never uses, which their own modules import all the same: a new instance would evaluate
// them before its first answer. Each gives way to the least that its importers need.

import type { Plugin } from 'esbuild';

const unused: Record<string, { path: RegExp; contents: string }> = {
  // WebAssembly for checksums of content, which no call asks for.
  checksums: {
    path: /[\\/]@azure[\\/]storage-common[\\/]dist[\\/]esm[\\/]crc64\.js$/,
    contents: "export default () => { throw new Error('Checksums are left out of this build.'); };",
  },
  // The identity of a Kubernetes cluster, and with it MSAL's clients for apps with a certificate.
  clusterIdentity: {
    path: /[\\/]@azure[\\/]identity[\\/]dist[\\/]esm[\\/]credentials[\\/]managedIdentityCredential[\\/]tokenExchangeMsi\.js$/,
    contents: "export const tokenExchangeMsi = { name: 'left out', isAvailable: async () => false };",
  },
  // Signed assertions, which only an app with a certificate sends.
  assertions: { path: /[\\/]jsonwebtoken[\\/]index\.js$/, contents: 'module.exports = {};' },
};

/** @throws where one of the parts is not met any more: a new version of an SDK has moved or dropped it. */
export function leaveOutUnused(): Plugin {
  const missing = new Set(Object.keys(unused));
  return {
    name: 'leave-out-unused',
    setup({ onLoad, onEnd }) {
      for (const [name, { path, contents }] of Object.entries(unused))
        onLoad({ filter: path }, () => {
          missing.delete(name);
          return { contents };
        });
      onEnd(() => ({
        errors: [...missing].map(name => ({ text: `There is no "${name}" to leave out: see scripts/leave-out.ts.` })),
      }));
    },
  };
}
