import { readFile } from 'node:fs/promises';
import { get as getHttp } from 'node:http';
import { get as getHttps, type RequestOptions } from 'node:https';
import type { Certificate } from '../pki.ts';

/** True once etcd has a leader and answers reads. */
export async function etcdIsReady(url: string): Promise<boolean> {
  return (await answer(getHttp, `${url}/readyz`, {})) === 200;
}

/**
 * True once the API server's start-up work is done, the default roles of RBAC included: before that,
 * even requests that RBAC allows later are refused.
 */
export async function apiServerIsReady(url: string, authority: Certificate): Promise<boolean> {
  return (await answer(getHttps, `${url}/readyz`, { ca: await readFile(authority.certPath) })) === 200;
}

function answer(get: typeof getHttps, url: string, options: RequestOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    // No agent: a kept-alive connection would belong to the server of before a restart.
    const request = get(url, { ...options, agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once('timeout', () => request.destroy(new Error(`${url} did not answer within 2 s`)));
    request.once('error', reject);
  });
}
