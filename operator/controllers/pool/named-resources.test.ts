import { expect, it } from 'vitest';
import type { HostPool } from '../../api/hostpool.ts';
import { World } from '../../testing/world.ts';

const inRack = (rack: string) => ({ hostSelector: { matchLabels: { rack } } });

/** Hosts h1 and h2 in rack 1 with one GPU each, h3 in rack 2 with four. */
async function world(): Promise<World> {
  const made = await World.withHosts(3);
  made.editPool((pool) => {
    pool.spec.staticHosts = ['1', '1', '2'].map((rack, index) => ({
      ...{ name: `h${index + 1}`, address: `h${index + 1}` },
      labels: { rack },
    }));
    pool.spec.resources = [
      { name: 'gpu', perHost: 4, ...inRack('2') },
      { name: 'gpu', perHost: 1 },
    ];
  });
  await made.run(5000);
  return made;
}

async function placed(there: World, name: string, count: number, spec: object = {}): Promise<string> {
  there.putVm(name, { ...spec, resources: [{ name: 'gpu', count }] });
  await there.run(5000);
  return there.vm(name).status?.hostName ?? there.message(name, 'Scheduled');
}

const ofPool = (there: World, name: string) =>
  there.pool()?.status?.resources?.find((resource) => resource.name === name);

it('a named resource is had by the hosts that its first entry selects, and no more than there is', async () => {
  const there = await world();
  expect(await placed(there, 'a', 3)).toBe('h3');
  expect(await placed(there, 'b', 2)).toBe(
    '0 of 3 hosts fit: 3 lack gpu (nearest: h1 lacks 1). It would fit with at most 1 gpu, on h1.',
  );
  there.deleteVm('a');
  await there.run(10_000);
  expect(there.vm('b').status?.hostName).toBe('h3');
});

it('a VM that needs none leaves the hosts that have it to others', async () => {
  const there = await world();
  there.editPool((pool) => {
    pool.spec.resources = [{ name: 'gpu', perHost: 1, ...inRack('1') }];
  });
  await there.run(5000);
  for (const name of ['a', 'b', 'c']) there.putVm(name);
  await there.run(5000);
  expect(['a', 'b', 'c'].map((name) => there.vm(name).status?.hostName)).toEqual(['h3', 'h3', 'h3']);
});

it('a resource that no host has is told', async () => {
  const there = await world();
  there.putVm('a', { resources: [{ name: 'fpga', count: 1 }] });
  await there.run(5000);
  expect(there.message('a', 'Scheduled')).toMatch(/^0 of 3 hosts fit: 3 have no fpga\./);
});

it('statuses of hosts and pool tell what there is and what is taken, and nothing where nothing is named', async () => {
  const there = await world();
  await placed(there, 'a', 3);
  await there.run(5000);
  expect(there.hostObject('h3')?.status?.resources).toEqual([
    { name: 'gpu', allocatable: '4', allocated: '3' },
  ]);
  expect(ofPool(there, 'gpu')).toEqual({
    ...{ name: 'gpu', capacity: '6', allocatable: '6' },
    ...{ allocated: '3', largestFree: '1' },
  });
  const edit = (change: (spec: HostPool['spec']) => void) => there.editPool((pool) => change(pool.spec));
  edit((spec) => {
    delete spec.resources;
  });
  await there.run(5000);
  expect(ofPool(there, 'gpu')).toMatchObject({ allocatable: '0', allocated: '3', largestFree: '0' });
  there.deleteVm('a');
  await there.run(20_000);
  expect(ofPool(there, 'gpu')).toBeUndefined();
  expect(there.hostObject('h3')?.status).not.toHaveProperty('resources');
});

it('the pool tells how many of each it keeps free for failures', async () => {
  const there = await world();
  await placed(there, 'a', 1, { placement: inRack('1') });
  await there.run(5000);
  expect(ofPool(there, 'gpu')).not.toHaveProperty('reserved');
  there.editPool((pool) => {
    pool.spec.failureReserve = { failures: 1, topologyKey: 'kubernetes.io/hostname' };
  });
  await there.run(5000);
  expect(ofPool(there, 'gpu')).toMatchObject({ allocated: '1', reserved: '1' });
});

it('what a VM asks for later counts at once where it is, and moves nothing', async () => {
  const there = await world();
  const onRack1 = { placement: inRack('1') };
  const host = await placed(there, 'a', 1, onRack1);
  there.editVm('a', (vm) => {
    vm.spec.resources = [{ name: 'gpu', count: 2 }];
  });
  await there.run(5000);
  expect(there.vm('a').status?.hostName).toBe(host);
  expect(there.hostObject(host)?.status?.resources).toEqual([
    { name: 'gpu', allocatable: '1', allocated: '2' },
  ]);
});

it('a VM that asks for what its pool does not name is told what it names, and what to do', async () => {
  const there = await world();
  there.putVm('a', { resources: [{ name: 'gqu' }] });
  await there.run(5000);
  expect(there.message('a', 'Scheduled')).toBe(
    '0 of 3 hosts fit: 3 have no gqu. spec.resources asks for gqu, but HostPool default has resources gpu. Name one of them, or add it to spec.resources of the HostPool.',
  );
  there.editPool((pool) => {
    delete pool.spec.resources;
  });
  await there.run(5000);
  expect(there.message('a', 'Scheduled')).toMatch(
    /but HostPool default has no resources\. Add it to spec\.resources of the HostPool\.$/,
  );
});

it('a VM that asks for what its pool names for hosts that it does not have is told so', async () => {
  const there = await world();
  there.editPool((pool) => {
    pool.spec.resources = [{ name: 'gpu', perHost: 2, ...inRack('9') }];
  });
  there.putVm('a', { resources: [{ name: 'gpu', count: 1 }] });
  await there.run(5000);
  expect(there.message('a', 'Scheduled')).toBe(
    '0 of 3 hosts fit: 3 have no gpu. spec.resources of HostPool default gives gpu to none of its hosts. Correct the hostSelector there, or label hosts as it asks.',
  );
});
