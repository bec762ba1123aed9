import { Connection, HypervisorConnection } from 'node-libvirt';
import { FakeServer, turns, VirtualClock } from 'node-libvirt/testing';
import { expect, it } from 'vitest';
import { LibvirtConnection } from './connection.ts';

const uuid = '00000000-0000-4000-8000-000000000001';

it('a step of several requests goes no further once it is not permitted any more', async () => {
  const looked = Promise.withResolvers<{ state: number; reason: number }>();
  const server = new FakeServer()
    .on('domainGetState', () => looked.promise)
    .on('domainUndefineFlags', () => ({}));
  const connection = new Connection(server.connect(), { clock: new VirtualClock() });
  const host = new LibvirtConnection(new HypervisorConnection(connection, () => {}));
  const refusal = new Error('another one leads');
  let mayAct = true;
  const permit = () => {
    if (!mayAct) throw refusal;
  };
  const step = host.undefine(uuid, { permit });
  await turns();
  mayAct = false;
  looked.resolve({ state: 5, reason: 1 });
  await expect(step).rejects.toBe(refusal);
  expect(server.callsOf('domainUndefineFlags')).toEqual([]);
});
