// The calls that a run has under way, so that its end can wait for them, and the question that each of its writes asks first:
// whether the run may still write.

import type { BlobContainer } from '../azure/storage.ts';
import type { Vault } from '../azure/vault.ts';
import type { HttpClient } from '../http.ts';
import type { SessionVault } from '../peloton/session-store.ts';

export type Calls = {
  underWay: Set<Promise<unknown>>;
  /** Throws why not. Asked just before anything leaves that changes something. */
  assertMayWrite(): void;
};

function track<T>({ underWay }: Calls, call: Promise<T>): Promise<T> {
  const forget = () => underWay.delete(call);
  underWay.add(call);
  call.then(forget, forget);
  return call;
}

export async function waitForCalls({ underWay }: Calls): Promise<void> {
  while (underWay.size > 0) await Promise.allSettled(underWay);
}

export function watchContainer(calls: Calls, container: BlobContainer): BlobContainer {
  return {
    read: (name, ifNotEtag) => track(calls, container.read(name, ifNotEtag)),
    async write(name, content, condition) {
      calls.assertMayWrite();
      return await track(calls, container.write(name, content, condition));
    },
    proveWritable: name => track(calls, container.proveWritable(name)),
    list: prefix => track(calls, container.list(prefix)),
  };
}

/**
 * @param vaults one whose calls end with the time for work, and one whose calls end with the run: a write that has left may
 * land long after nobody waits for it any more, so the time for work breaks none off.
 */
export function watchVault(calls: Calls, { work, closing }: Record<'work' | 'closing', Vault>): SessionVault {
  return {
    read: name => track(calls, work.read(name)),
    async write(name, value) {
      calls.assertMayWrite();
      return await track(calls, closing.write(name, value));
    },
    async keep(name, value, knownVersion) {
      try {
        calls.assertMayWrite();
      } catch (lost) {
        const current = await track(calls, closing.read(name));
        if (current?.version !== knownVersion) throw lost; // another run has written it
      }
      return await track(calls, closing.write(name, value));
    },
  };
}

export function watchHttp(calls: Calls, http: HttpClient): HttpClient {
  return {
    async request(request) {
      if (request.method === 'POST') calls.assertMayWrite();
      return await track(calls, http.request(request));
    },
    retry: step => http.retry(step),
  };
}
