// The calls that a run has under way, so that its end can wait for them, and the check before each of its writes: whether the
// run still has its lease.

import type { BlobContainer } from '../azure/storage.ts';
import type { Vault } from '../azure/vault.ts';
import { StatsError } from '../errors.ts';
import type { HttpClient } from '../http.ts';
import type { SessionVault } from '../peloton/session-store.ts';

/** The peers of a run: their names, and the code of a failure that is theirs. */
const peers = {
  vault: { name: 'Key Vault', code: 'vault' },
  storage: { name: 'Blob Storage', code: 'storage' },
  peloton: { name: 'Peloton', code: 'upstream-unavailable' },
  site: { name: 'a site', code: 'upstream-unavailable' },
} as const;
type Peer = keyof typeof peers;

export type Calls = {
  /** The peer of each call, in the order in which the calls began. */
  underWay: Map<Promise<unknown>, Peer>;
  /** Throws where the run has no lease any more. Called just before each request that changes something. */
  assertMayWrite(): void;
};

export function track<T>({ underWay }: Calls, peer: Peer, call: Promise<T>): Promise<T> {
  const forget = () => underWay.delete(call);
  underWay.set(call, peer);
  call.then(forget, forget);
  return call;
}

export async function waitForCalls({ underWay }: Calls): Promise<void> {
  while (underWay.size > 0) await Promise.allSettled(underWay.keys());
}

/** The failure of a run whose time is up: that of the peer of its oldest call; undefined where no call is under way. */
export function timeIsUp({ underWay }: Calls): StatsError | undefined {
  const [peer] = underWay.values();
  return peer && new StatsError(peers[peer].code, `The run used up its time waiting for ${peers[peer].name}.`);
}

export function watchContainer(calls: Calls, container: BlobContainer): BlobContainer {
  return {
    read: (name, ifNotEtag) => track(calls, 'storage', container.read(name, ifNotEtag)),
    async write(name, content, condition) {
      calls.assertMayWrite();
      return await track(calls, 'storage', container.write(name, content, condition));
    },
    proveWritable: name => track(calls, 'storage', container.proveWritable(name)),
    async delete(name) {
      calls.assertMayWrite();
      await track(calls, 'storage', container.delete(name));
    },
    list: prefix => track(calls, 'storage', container.list(prefix)),
  };
}

/**
 * The vault of a run. Reads end with the time for work, writes with the run: a write that has been sent may land long after
 * nobody waits for it any more, so the end of the work does not abort it.
 */
export function watchVault(calls: Calls, { work, closing }: Record<'work' | 'closing', Vault>): SessionVault {
  return {
    read: name => track(calls, 'vault', work.read(name)),
    async write(name, value) {
      calls.assertMayWrite();
      return await track(calls, 'vault', closing.write(name, value));
    },
    async keep(name, value, knownVersion) {
      try {
        calls.assertMayWrite();
      } catch (lost) {
        if (!(lost instanceof StatsError)) throw lost; // no lease was ever taken: a defect
        const current = await track(calls, 'vault', closing.read(name));
        if (current?.version !== knownVersion) throw lost; // another run has written it
      }
      return await track(calls, 'vault', closing.write(name, value));
    },
  };
}

export function watchHttp(calls: Calls, peer: 'peloton' | 'site', http: HttpClient): HttpClient {
  return {
    async request(request) {
      if (request.method === 'POST') calls.assertMayWrite();
      return await track(calls, peer, http.request(request));
    },
    retry: step => http.retry(step),
  };
}
