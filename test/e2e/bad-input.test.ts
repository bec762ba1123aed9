import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createAuthority, issue } from '../../hack/pki.ts';
import { labVm, startTestFabric, type TestFabric } from './fabric-kit.ts';

let lab: TestFabric;
let other = 0;

beforeAll(async () => {
  lab = await startTestFabric();
});
afterAll(() => lab?.stop());

/** Whatever went wrong, the next VM is not delayed by it. */
afterEach(async () => {
  const name = `other-${other++}`;
  await lab.apply(labVm(name, { interfaces: [] }));
  await lab.kubectl('wait', '--for=condition=Ready', `vm/${name}`, '--timeout=20s');
  expect(lab.fabric.operator.isRunning).toBe(true);
});

const refusal = (vm: object) =>
  lab.apply(vm).then(
    () => 'accepted',
    (error: Error) => error.message,
  );

it('a wrong quantity is refused with the field and an example', async () => {
  const message = await refusal(labVm('bad', { memory: { size: '4GB' } }));
  expect(message).toContain('spec.memory.size');
});

it('an unknown field is refused by name', async () => {
  expect(await refusal(labVm('bad', { cpus: 4 }))).toMatch(/unknown field "(spec\.)?cpus"/);
});

it('a VM with nothing to boot is told what to name', async () => {
  expect(await refusal(labVm('bad', { kernel: null }))).toContain('spec.kernel');
});

it('a policy that nothing satisfies is told on the VM and on the policy', async () => {
  const hostSelector = { matchLabels: { moon: 'yes' } };
  await lab.apply(
    {
      apiVersion: 'vmfabric.io/v1alpha1',
      kind: 'PlacementPolicy',
      metadata: { name: 'moon', namespace: 'default' },
      spec: { vmSelector: { matchLabels: { app: 'moon' } }, hostAffinity: [{ hostSelector }] },
    },
    labVm('moon', {}, { labels: { app: 'moon' } }),
  );
  expect(await lab.waitCondition('vm/moon', 'Ready', 'False Unschedulable')).toBe(
    '0 of 2 hosts fit: 2 break host affinity of policy moon. It would fit without the hostAffinity of policy moon.',
  );
  expect(await lab.waitCondition('pp/moon', 'Satisfied', 'False NotSatisfied')).toContain(
    'default/moon: 0 of 2 hosts fit',
  );
});

it('a missing Secret is named with the command that makes it', async () => {
  await lab.apply({
    apiVersion: 'vmfabric.io/v1alpha1',
    kind: 'HostPool',
    metadata: { name: 'second' },
    spec: {
      staticHosts: [{ name: 'elsewhere', address: lab.fabric.lab.hosts[0]?.address }],
      connection: { tlsSecretRef: { namespace: 'default', name: 'nowhere' } },
    },
  });
  const message = await lab
    .waitCondition('hp/second', 'Stalled', 'True SecretForbidden')
    .catch(() => lab.waitCondition('hp/second', 'Stalled', 'True SecretNotFound'));
  expect(message).toContain('Secret default/nowhere');
});

it('a VM that asks for more than any host has is told the nearest miss, and what would fit', async () => {
  await lab.apply(labVm('huge', { memory: { size: '4Ti' } }));
  expect(await lab.waitCondition('vm/huge', 'Ready', 'False Unschedulable')).toMatch(
    /^0 of 2 hosts fit: 2 lack memory \(nearest: h[12] lacks [\d.]+Ti\)\. It would fit with at most \d+Gi of memory, on h[12]\.$/,
  );
});

it('a host with a certificate of another authority is Stalled, and back with its own', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'vmfabric-e2e-pki-'));
  const host = lab.fabric.lab.hosts[1];
  if (!host) throw new Error('the lab has two hosts');
  const own = host.certificate;
  const authority = await createAuthority(dir, 'ca', 'somebody else');
  const wrong = await issue(authority, dir, {
    name: host.name,
    commonName: host.name,
    dnsNames: [host.name],
    ipAddresses: [host.address],
  });
  await host.useCertificate(wrong);
  const message = await lab.waitCondition(`vmhost/${host.name}`, 'Stalled', 'True CertificateRejected');
  expect(message).toContain(host.address);
  await host.useCertificate(own);
  await lab.waitCondition(`vmhost/${host.name}`, 'Ready', 'True Connected');
  await rm(dir, { recursive: true });
});

it('kubectl explain says what the fields of a VM are for', async () => {
  const text = await lab.kubectl('explain', 'vm.spec');
  for (const field of [
    'runStrategy',
    'cpu',
    'memory',
    'kernel',
    'interfaces',
    'placement',
    'terminationGracePeriodSeconds',
  ]) {
    expect(text).toContain(field);
  }
  expect(text).toContain('Halted keeps it stopped');
});
