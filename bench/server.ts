// A server of serve-child.ts, and the load on it: so many requests over a few kept connections, as fast as they are answered.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import type { Figures } from './measure.ts';

export type ServerKind = 'bare' | 'handler' | 'host';
export type Load = { path: string; headers: Record<string, string>; requests: number };

export type Server = {
  /** `cpuUs` and `perSecond`: microseconds of the server's CPU per request, and requests per second. */
  load(load: Load): Promise<Figures>;
  /** The ETag of what is plainly answered. */
  readTag(path: string): Promise<string>;
  close(): void;
};

const connections = 8;

export async function startServer(kind: ServerKind, settings: Record<string, string | undefined>): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'serve-child.ts'), [kind], { env: { ...process.env, ...settings } });
  const [{ port }] = await once(child, 'message');
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const readCpuUs = async (): Promise<number> => {
    child.send('cpu');
    const [{ cpu }] = await once(child, 'message');
    return cpu.user + cpu.system;
  };
  const ask = (path: string, headers: Load['headers']) =>
    new Promise<void>((done, failed) => {
      const sent = get({ port, host: '127.0.0.1', path, headers, agent }, response => {
        if (response.statusCode !== 200 && response.statusCode !== 304) failed(new Error(`${response.statusCode}`));
        response.resume().on('end', done);
      });
      sent.on('error', failed);
    });
  return {
    async load({ path, headers, requests }) {
      const cpuBefore = await readCpuUs();
      const startedAt = performance.now();
      const work = Array.from({ length: connections }, async () => {
        for (let left = requests / connections; left > 0; left--) await ask(path, headers);
      });
      await Promise.all(work);
      const seconds = (performance.now() - startedAt) / 1_000;
      return { cpuUs: ((await readCpuUs()) - cpuBefore) / requests, perSecond: requests / seconds };
    },
    async readTag(path) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'Accept-Encoding': 'identity' } });
      return response.headers.get('etag') ?? '';
    },
    close: () => {
      agent.destroy();
      child.disconnect();
    },
  };
}
