import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { projectRoot } from '../../hack/paths.ts';
import { findCondition } from '../../operator/controllers/conditions.ts';
import { compressedClock } from '../chaos/compressed-clock.ts';
import { ChaosWorld } from './chaos-world.ts';

/** A minute of the operator takes 2 s. */
const clock = compressedClock(30);
let world: ChaosWorld;

/** kubectl itself, which finds the plugin on its PATH. */
function vmfabric(args: readonly string[], input?: string) {
  const { kubectl } = inject('binaries');
  const env = {
    ...process.env,
    KUBECONFIG: world.controlPlane.adminKubeconfigPath,
    PATH: [join(projectRoot, 'cli/bin'), process.env['PATH']].join(delimiter),
  };
  const all = { encoding: 'utf8', env, ...(input === undefined ? {} : { input }) } as const;
  return spawnSync(kubectl, ['vmfabric', ...args], all);
}

/** VMs that arrive one after the other: some fit, some do not, some must keep apart. */
const vms = [
  { name: 'plain', memory: '1Gi', labels: {} },
  { name: 'db-1', memory: '2Gi', labels: { app: 'db' } },
  { name: 'db-2', memory: '2Gi', labels: { app: 'db' } },
  { name: 'db-3', memory: '2Gi', labels: { app: 'db' } },
  { name: 'large', memory: '512Gi', labels: {} },
  { name: 'last', memory: '3Gi', labels: {} },
];

const apiVersion = 'vmfabric.io/v1alpha1';

async function apply(...objects: object[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  await world.controlPlane.kubectl(['apply', '--filename=-'], { input: JSON.stringify(list) });
}

/** The host that the operator gave the VM, or its message. */
async function decided(name: string): Promise<string> {
  let decision: string | undefined;
  await world.wait(`a decision about ${name}`, async () => {
    const vm = await world.vm(name);
    const scheduled = vm && findCondition(vm, 'Scheduled');
    decision = vm?.status?.hostName ?? (scheduled?.status === 'False' ? scheduled.message : undefined);
    return decision !== undefined;
  });
  return decision as string;
}

/** Of every object that the command line reads: a write to any of them would show. */
function versions(): Promise<string> {
  const kinds = 'vm,vmhost,hp,pp,vmclass,nodes';
  const version = '{range .items[*]}{.kind} {.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}';
  return world.controlPlane.kubectl(['get', kinds, '--all-namespaces', `--output=jsonpath=${version}`]);
}

beforeAll(async () => {
  world = await ChaosWorld.start({ clock });
  await world.launch();
  await world.poolSettled('default', 'Ready');
  await apply({
    ...{ apiVersion, kind: 'PlacementPolicy', metadata: { name: 'apart', namespace: 'shop' } },
    spec: {
      vmSelector: { matchLabels: { app: 'db' } },
      vmAntiAffinity: [{ topologyKey: 'kubernetes.io/hostname' }],
    },
  });
});

afterAll(() => world?.stop());

describe('kubectl vmfabric on a real API server', () => {
  it('is found by kubectl, and tells of itself', () => {
    const { stdout, status } = vmfabric(['--help']);
    expect([status, stdout.split('\n')[0]]).toEqual([0, 'Usage: kubectl vmfabric COMMAND [OPTIONS]']);
  });

  it('replays a dump as the operator then decides', async () => {
    for (const { name, memory, labels } of vms) {
      await world.kill();
      await apply({
        ...{ apiVersion, kind: 'VirtualMachine', metadata: { name, namespace: 'shop', labels } },
        spec: { memory: { size: memory }, kernel: { name: 'small' } },
      });
      const dump = vmfabric(['dump']).stdout;
      const { stdout } = vmfabric(['replay', '-', '--output', 'json'], dump);
      const all = JSON.parse(stdout) as { vm: string; host?: string; message?: string }[];
      const expected = all.find(({ vm }) => vm === `shop/${name}`);
      await world.launch();
      expect([name, await decided(name)]).toEqual([name, expected?.host ?? expected?.message]);
    }
    expect(await decided('plain')).toMatch(/^h[12]$/);
    expect(await decided('db-3')).toContain('break anti-affinity');
    expect(await decided('large')).toContain('lack memory');
  });

  it('explains in full what the condition says, and changes nothing', async () => {
    await world.quiet(15_000);
    const before = await versions();
    const { stdout, status } = vmfabric(['explain', 'shop/db-3', '--exit-code']);
    expect(status).toBe(3);
    expect(stdout).toContain(`shop/db-3 has no host. ${await decided('db-3')}`);
    const lost = vmfabric(['what-if', '--add', '1=h1', '--place-waiting', '--output', 'json']);
    expect(JSON.parse(lost.stdout)[1].placed).toEqual([{ vm: 'shop/db-3', host: 'h1-new-1' }]);
    expect(await versions()).toBe(before);
  });

  it('says which kubeconfig is not there', () => {
    const { stderr, status } = vmfabric(['dump', '--kubeconfig', 'nowhere']);
    expect(status).toBe(1);
    expect(stderr).toContain('nowhere');
    expect(stderr).toContain('--from');
  });
});
