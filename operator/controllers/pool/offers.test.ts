import { describe, expect, it } from 'vitest';
import { World } from '../../testing/world.ts';

const hostsOfZones = ['a', 'a', 'b'].map((zone, index) => ({
  ...{ name: `h${index + 1}`, address: `h${index + 1}` },
  labels: { zone },
}));
const inZone = (zone: string) => ({ hostSelector: { matchLabels: { zone } } });

/** Hosts h1 and h2 in zone a, h3 in zone b; what is at all in zone c is nowhere. */
async function world(): Promise<World> {
  const made = await World.withHosts(3);
  made.editPool((pool) => {
    pool.spec.staticHosts = hostsOfZones;
    pool.spec.networks.push(
      { name: 'blue', type: 'Bridge', bridge: 'br2', ...inZone('b') },
      { name: 'red', type: 'Bridge', bridge: 'br3', ...inZone('a') },
      { name: 'void', type: 'Bridge', bridge: 'br4', ...inZone('c') },
    );
    pool.spec.kernels.push({ name: 'new', imagePath: '/boot/new', ...inZone('b') });
  });
  await made.run(5000);
  return made;
}

async function placed(there: World, spec: object, name = 'web-1'): Promise<string> {
  there.putVm(name, spec);
  await there.run(5000);
  return there.vm(name).status?.hostName ?? there.message(name, 'Scheduled');
}

const plugged = (...networks: string[]) => ({
  interfaces: networks.map((network, index) => ({ name: `eth${index}`, network })),
});

describe('a network or kernel that is on some hosts only', () => {
  it.each([
    ['network', plugged('lab', 'blue')],
    ['kernel', { kernel: { name: 'new' } }],
  ])('is where its VMs go: a %s', async (_, spec) => {
    const there = await world();
    expect(await placed(there, spec)).toBe('h3');
    there.putVm('web-2', spec);
    expect(await placed(there, spec, 'web-3')).toBe('h3');
    expect(there.condition('web-2', 'Ready')).toBe('True Running');
  });

  it('that has no room is told of with the hosts that have it', async () => {
    const there = await world();
    expect(await placed(there, { ...plugged('red', 'blue'), kernel: { name: 'new' } })).toBe(
      '0 of 3 hosts fit: 2 do not have network blue (h3 does), 1 does not have network red (h1 and h2 do). It would fit without network red and network blue and kernel new.',
    );
    expect(await placed(there, plugged('void'), 'web-2')).toBe(
      '0 of 3 hosts fit: 3 do not have network void (no host does). It would fit without network void.',
    );
  });

  it('becomes one of every host, and VMs that waited for it are placed', async () => {
    const there = await world();
    expect(await placed(there, plugged('void'))).toContain('no host does');
    there.editPool((pool) => {
      for (const network of pool.spec.networks) delete network.hostSelector;
    });
    await there.run(5000);
    expect(there.condition('web-1', 'Ready')).toBe('True Running');
  });

  it('may be taken from a host without harm to VMs that are there', async () => {
    const there = await world();
    expect(await placed(there, plugged('blue'))).toBe('h3');
    there.editPool((pool) => {
      for (const network of pool.spec.networks)
        if (network.name === 'blue') Object.assign(network, inZone('a'));
    });
    there.forgetCalls();
    await there.run(60_000);
    expect(there.condition('web-1', 'Ready')).toBe('True Running');
    expect(there.hypervisor.changes).toEqual([]);
  });
});

it('a network that the pool does not have at all is told as before', async () => {
  const there = await world();
  await placed(there, plugged('green'));
  expect(there.condition('web-1', 'Stalled')).toBe('True NetworkNotFound');
});

describe('a CPU model or machine type', () => {
  /** Hosts h1 and h2, of which h2 alone has what guests of its kind can have. */
  async function mixed(): Promise<World> {
    const there = await World.withHosts(2);
    const { facts } = there.hypervisor.host('h2');
    const guests = { cpuModels: ['EPYC-Milan', 'HostModel'], machineTypes: ['pc', 'q35', 'pc-q35-9.1'] };
    there.hypervisor.host('h2').facts = { ...facts, guests };
    there.hypervisor.host('h2').dropConnections();
    await there.run(5000);
    return there;
  }

  it.each([
    [
      'a model by name',
      { cpu: { model: 'EPYC-Milan' } },
      "<model fallback='forbid'>EPYC-Milan</model>",
      'h2',
    ],
    ['a mode that one host lacks', { cpu: { model: 'HostPassthrough' } }, "mode='host-passthrough'", 'h1'],
    ['a machine', { machineType: 'pc-q35-9.1' }, "machine='pc-q35-9.1'", 'h2'],
  ])('is what the guest has, on a host that has it: %s', async (_, spec, xml, host) => {
    const there = await mixed();
    expect(await placed(there, spec)).toBe(host);
    expect(there.condition('web-1', 'Ready')).toBe('True Running');
    const { definitionXml = '' } = there.hostOf('web-1').domains.get(there.uuid('web-1')) ?? {};
    expect(definitionXml.replaceAll('"', "'")).toContain(xml);
    expect(there.condition('web-1', 'RestartRequired')).toBe('False UpToDate');
  });

  it('that no host has is told, and what each has is in its status', async () => {
    const there = await mixed();
    expect(await placed(there, { cpu: { model: 'Z80' } })).toBe(
      '0 of 2 hosts fit: 2 do not have CPU model Z80 (no host does). It would fit without CPU model Z80.',
    );
    expect(there.hostObject('h2')?.status?.cpu?.models).toEqual(['EPYC-Milan', 'HostModel']);
    expect(there.hostObject('h2')?.status?.machineTypes).toContain('q35');
  });

  it('that is changed takes effect with the next start of the guest', async () => {
    const there = await mixed();
    await placed(there, { cpu: { model: 'HostModel' } });
    there.editVm('web-1', (vm) => {
      vm.spec.cpu = { model: 'EPYC' };
      vm.spec.machineType = 'q35';
    });
    await there.run(5000);
    expect(there.message('web-1', 'RestartRequired')).toContain(
      'spec.cpu.model (is HostModel, shall be EPYC), spec.machineType (is pc, shall be q35)',
    );
  });
});
