import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, fetch, request } from 'undici';
import { afterEach, expect, it } from 'vitest';
import { countRequests } from './request-count.ts';

const server = createServer((_, response) => void response.end('{}')).listen(0, '127.0.0.1');
const agents: Agent[] = [];
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.destroy()));
  server.close();
});

const newAgent = () => {
  const agent = new Agent({ connections: 1 });
  agents.push(agent);
  return agent;
};

it('counts every request and connection of whatever is built on undici', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const counted = countRequests();
  const kept = newAgent();
  for (let call = 0; call < 3; call++) await (await request(url, { dispatcher: kept })).body.text();
  expect(counted).toEqual({ requests: 3, connections: 1 });
  for (let call = 0; call < 2; call++) await (await fetch(url, { dispatcher: newAgent() })).text();
  expect(counted).toEqual({ requests: 5, connections: 3 });
});
