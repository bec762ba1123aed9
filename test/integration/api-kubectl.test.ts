import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ControlPlane } from '../../hack/control-plane/control-plane.ts';
import { projectRoot } from '../../hack/paths.ts';
import { kinds } from '../../operator/api/kinds.ts';
import { goldenObjects } from './api-golden.ts';
import { withCrds } from './api-objects.ts';

let controlPlane: ControlPlane;
const namespace = 'api-kubectl';

const get = (...args: string[]) => controlPlane.kubectl(['get', '--namespace', namespace, ...args]);

/** The columns of the one object that is listed, by heading. */
async function columns(...args: string[]): Promise<Record<string, string>> {
  const [head = '', row = ''] = (await get(...args)).split('\n');
  const starts = [...head.matchAll(/\S+/g)].map((match) => ({ name: match[0], at: match.index }));
  return Object.fromEntries(
    starts.map(({ name, at }, index) => [name, row.slice(at, starts[index + 1]?.at).trim()]),
  );
}

beforeAll(async () => {
  controlPlane = await withCrds(inject('controlPlaneDir'));
  await controlPlane.kubectl(['create', 'namespace', namespace]);
  for (const { status, ...object } of goldenObjects(namespace).map((one) => ({
    status: undefined,
    ...one,
  }))) {
    await controlPlane.kubectl(['create', '--filename=-'], { input: JSON.stringify(object) });
    if (!status) continue;
    const ref = [`${object.kind}/${object.metadata.name}`, '--namespace', namespace];
    const patch = ['--subresource=status', '--type=merge', '--patch', JSON.stringify({ status })];
    await controlPlane.kubectl(['patch', ...ref, ...patch]);
  }
});

afterAll(async () => {
  for (const { kind, metadata } of goldenObjects(namespace)) {
    await controlPlane.kubectl(['delete', kind, metadata.name, '--namespace', namespace, '--wait=false']);
  }
  await controlPlane.kubectl(['delete', 'namespace', namespace, '--wait=false']);
});

describe('kubectl get', () => {
  it('shows a VirtualMachine as the host sees it', async () => {
    const { AGE, ...rest } = await columns('vm', 'golden');
    expect(AGE).toMatch(/^\d+m?s?/);
    expect(rest).toEqual({
      NAME: 'golden',
      READY: 'True',
      STATE: 'Running',
      REASON: 'Running',
      HOST: 'rack1-a',
      IP: '10.77.100.12',
    });
  });

  it('shows more of a VirtualMachine with -o wide', async () => {
    expect(await columns('vm', 'golden', '--output=wide')).toMatchObject({
      CLASS: 'golden',
      CPU: '2',
      MEMORY: '4Gi',
      STRATEGY: 'Always',
      CONTENDED: 'True',
      DOMAIN: '6f0c51f4-0b0e-4a5f-8e8b-000000000001',
    });
  });

  it('shows a HostPool as one computer', async () => {
    expect(await columns('hp', 'golden')).toMatchObject({
      READY: 'True',
      HOSTS: '11/12',
      VMS: '214',
      CPU: '412/2304',
      MEMORY: '900Gi/1500Gi',
      HEADROOM: '1 host, 131 medium',
    });
  });

  it('shows how much of a HostPool is used and who is unhappy with -o wide', async () => {
    expect(await columns('hp', 'golden', '--output=wide')).toMatchObject({
      'CPU-USED%': '35',
      'MEMORY-USED%': '60',
      UNHAPPY: '1',
    });
  });

  it('shows a Host and a PlacementPolicy', async () => {
    expect(await columns('vmhost', 'golden', '--output=wide')).toMatchObject({
      STATE: 'Connected',
      POOL: 'golden',
      VMS: '18',
      LIBVIRT: '9.0.0',
      'CPU-USED%': '45',
      'MEMORY-USED%': '60',
      'CONTENTION%': '10',
      ADDRESS: '10.0.0.11',
    });
    expect(await columns('pp', 'golden')).toMatchObject({ READY: 'True', SELECTED: '5', SATISFIED: '5' });
  });

  it.each(kinds.map((kind) => [kind.type.kind, kind] as const))(
    'has a value for every column of a %s',
    async (_name, kind) => {
      const row = await columns(kind.type.plural, 'golden', '--output=wide');
      expect(Object.keys(row)).toEqual(['NAME', ...kind.columns.map(({ name }) => name.toUpperCase())]);
      expect(Object.entries(row).filter(([, value]) => ['', '<none>', '<unknown>'].includes(value))).toEqual(
        [],
      );
    },
  );

  it.each(kinds.map((kind) => [kind.type.plural, kind] as const))(
    'finds %s by short name, singular and category',
    async (plural, { shortNames, singular, type }) => {
      for (const word of [...shortNames, singular, 'vmfabric']) {
        expect((await get(word, '--output=name')).split('\n')).toContain(
          `${type.kind.toLowerCase()}.vmfabric.io/golden`,
        );
      }
      expect(await controlPlane.kubectl(['api-resources', '--api-group=vmfabric.io'])).toContain(plural);
    },
  );

  it('selects by the fields that are declared, and by no other', async () => {
    const names = (resource: string, selector: string) =>
      get(resource, `--field-selector=${selector}`, '--output=name');
    expect(await names('vm', 'status.hostName=rack1-a')).toBe('virtualmachine.vmfabric.io/golden\n');
    expect(await names('vm', 'status.hostName=rack9-z')).toBe('');
    expect(await names('vm', 'spec.runStrategy!=Always')).toBe('');
    expect(await names('vmhost', 'spec.hostPoolRef.name=golden')).toBe('host.vmfabric.io/golden\n');
    expect(await names('vm', 'spec.classRef.name=golden')).toBe('virtualmachine.vmfabric.io/golden\n');
    await expect(names('vm', 'spec.cpu.cores=2')).rejects.toThrow(/field label not supported/);
  });
});

describe('kubectl explain', () => {
  it('tells what a VirtualMachine takes, with choices, defaults and what is required', async () => {
    const spec = await controlPlane.kubectl(['explain', 'vm.spec']);
    expect(spec).toMatch(/kernel\s+<Object>\n\s+Boots a kernel of the HostPool directly/);
    expect(await controlPlane.kubectl(['explain', 'vmclass.spec'])).toMatch(/memory\s+<Object> -required-/);
    const strategy = await controlPlane.kubectl(['explain', 'vm.spec.runStrategy']);
    expect(strategy).toMatch(/ENUM:\s+Always\s+Halted\s+Manual/);
    expect(strategy).toContain('Always keeps the VM running, Halted keeps it stopped');
  });

  it.each(
    kinds.map(({ type, description, status }) => [type.plural, description, status ? 'status' : 'spec']),
  )('says what %s are and describes every field', async (plural, description, section) => {
    const text = await controlPlane.kubectl(['explain', plural, '--recursive']);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(description);
    const part = await controlPlane.kubectl(['explain', `${plural}.${section}`]);
    expect(part).not.toContain('<no description>');
  });
});

describe('the examples', () => {
  const files = readdirSync(join(projectRoot, 'examples')).filter((name) => name.endsWith('.yaml'));

  it('are there', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'first-vm.yaml',
        'hostpool.yaml',
        'placementpolicy.yaml',
        'virtualmachineclass.yaml',
      ]),
    );
  });

  it.each(files)('%s is accepted as it is', async (file) => {
    const path = join(projectRoot, 'examples', file);
    const result = await controlPlane.kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', path]);
    expect(result).toMatch(/(created|configured|unchanged) \(server dry run\)/);
  });
});

describe('a status', () => {
  it('is not changed by who writes the spec, and the other way round', async () => {
    const vm = JSON.parse(await get('vm', 'golden', '--output=json'));
    const input = JSON.stringify({
      ...vm,
      status: { hostName: 'elsewhere' },
      spec: { ...vm.spec, terminationGracePeriodSeconds: 4 },
    });
    await controlPlane.kubectl(['replace', '--filename=-'], { input });
    const after = JSON.parse(await get('vm', 'golden', '--output=json'));
    expect(after.status.hostName).toBe('rack1-a');
    expect(after.metadata.generation).toBe(vm.metadata.generation + 1);
    const patch = [
      '--subresource=status',
      '--type=merge',
      '--patch={"spec":{"terminationGracePeriodSeconds":8}}',
    ];
    await controlPlane.kubectl(['patch', 'vm', 'golden', '--namespace', namespace, ...patch]);
    expect(await get('vm', 'golden', '--output=jsonpath={.spec.terminationGracePeriodSeconds}')).toBe('4');
    await controlPlane.kubectl(['apply', '--server-side', '--force-conflicts', '--filename=-'], {
      input: JSON.stringify({
        apiVersion: vm.apiVersion,
        kind: vm.kind,
        metadata: { name: 'golden', namespace },
        spec: vm.spec,
      }),
    });
  });
});
