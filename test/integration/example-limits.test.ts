import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ControlPlane } from '../../hack/control-plane/control-plane.ts';
import { projectRoot } from '../../hack/paths.ts';
import { waitFor } from '../../hack/wait.ts';
import { type Manifest, placementPolicy, virtualMachine, withCrds } from './api-objects.ts';

let controlPlane: ControlPlane;
const tenant = 'limits-tenant';
const trusted = 'limits-trusted';
const files = ['priority-limit.yaml', 'exclusive-limit.yaml'].flatMap((file) => [
  '--filename',
  join(projectRoot, 'examples', file),
]);

const important = 'needs a namespace with the label vmfabric.io/important=true';
const ownHosts = 'needs a namespace with the label vmfabric.io/own-hosts=true';
const shielding = placementPolicy({ preemption: { asVictim: 'Never' } });
const exclusive = placementPolicy({ hostSharing: 'Exclusive' });

/** What the API server says to the object in the namespace, which is not made. */
async function answer(object: Manifest, namespace: string): Promise<string> {
  const input = JSON.stringify({ ...object, metadata: { ...object.metadata, namespace } });
  const asked = controlPlane.kubectl(['create', '--dry-run=server', '--filename=-'], { input });
  return asked.catch((error: unknown) => String(error));
}

/** The API server takes up a guard, or its end, some time later. */
async function untilAnswer(object: Manifest, part: string): Promise<void> {
  const has = async () => (await answer(object, tenant)).includes(part);
  await waitFor(`the answer ${part}`, has, { timeoutMs: 30_000 });
}

beforeAll(async () => {
  controlPlane = await withCrds(inject('controlPlaneDir'));
  for (const namespace of [tenant, trusted]) await controlPlane.kubectl(['create', 'namespace', namespace]);
  await controlPlane.kubectl([
    ...['label', 'namespace', trusted, 'vmfabric.io/important=true', 'vmfabric.io/own-hosts=true'],
  ]);
  const before = virtualMachine(
    { placement: { priority: 5 } },
    { name: 'before', namespace: tenant, finalizers: ['vmfabric.io/test'] },
  );
  await controlPlane.kubectl(['create', '--filename=-'], { input: JSON.stringify(before) });
  await controlPlane.kubectl(['apply', ...files]);
  await untilAnswer(shielding, important);
  await untilAnswer(exclusive, ownHosts);
});

afterAll(async () => {
  await controlPlane.kubectl(['delete', ...files]);
  await untilAnswer(shielding, 'created');
  await untilAnswer(exclusive, 'created');
  await controlPlane.kubectl(['delete', 'namespace', tenant, trusted, '--wait=false']);
});

describe('the limits of the examples', () => {
  it.each<[what: string, object: Manifest, refusal: string]>([
    ['a VM that is important', virtualMachine({ placement: { priority: 1 } }), important],
    ['a policy that makes VMs important', placementPolicy({ priority: 1 }), important],
    ['a policy that protects VMs from being stopped', shielding, important],
    ['a policy that keeps hosts from others', exclusive, ownHosts],
  ])('keep %s to namespaces with a label', async (_what, object, refusal) => {
    expect(await answer(object, tenant)).toContain(refusal);
    expect(await answer(object, trusted)).toContain('created');
  });

  it.each([
    virtualMachine({ placement: { priority: -1 } }),
    placementPolicy({ hostSharing: 'Shared', preemption: { policy: 'Never' } }),
    placementPolicy({ priority: 0 }),
  ])('let anybody have what takes nothing from others', async (object) => {
    expect(await answer(object, tenant)).toContain('created');
  });

  it('keep nothing from being deleted that was there before', async () => {
    const patch = ['--type=merge', '--patch={"metadata":{"finalizers":null}}'];
    await controlPlane.kubectl(['patch', 'vm', 'before', '--namespace', tenant, ...patch]);
    await controlPlane.kubectl(['delete', 'vm', 'before', '--namespace', tenant, '--timeout=20s']);
  });
});
