import { describe, expect, it } from 'vitest';
import { hosts as hostKind } from '../../operator/api/kinds.ts';
import type { Answer } from '../../operator/placement/what-if/answer.ts';
import { smallFabric } from '../testing/console.ts';

type Asked = Answer & { question: string };

describe('kubectl vmfabric what-if', () => {
  it('answers each question in the world as it would be after those before it', async () => {
    const console = await smallFabric();
    const fit = ['--fit', 'cpu=1,memory=4Gi'];
    const answers = await console.json<Asked[]>(
      'what-if',
      ...fit,
      '--add',
      '2=h3',
      ...fit,
      '--lose',
      'rack=r2',
      ...fit,
    );
    expect(answers.map(({ question }) => question)).toEqual([
      '--fit cpu=1,memory=4Gi',
      '--add 2=h3',
      '--fit cpu=1,memory=4Gi',
      '--lose rack=r2',
      '--fit cpu=1,memory=4Gi',
    ]);
    expect(answers.flatMap((answer) => (answer.kind === 'fit' ? [answer.fits] : []))).toEqual([11, 19, 7]);
    expect(console.open).toBe(0);
  });

  it('heeds the shares of the pool', async () => {
    const console = await smallFabric();
    console.world.editPool((pool) => {
      pool.spec.shares = [{ name: 'team', namespaces: ['shop'], limit: { cpuCores: 5 } }];
    });
    await console.run('what-if', '--namespace', 'shop', '--fit', 'cpu=2,memory=1Gi');
    expect(console.out).toMatch(
      /^ {2}\d more fits?\. Share team has \d CPUs less than the VM asks for: limit 5/m,
    );
  });

  it('writes nothing', async () => {
    const console = await smallFabric();
    console.world.forgetCalls();
    await console.run('what-if', '--lose', 'h1', '--drain', 'h2', '--rebalance', '--place-waiting');
    expect(console.world.cluster.writes).toEqual([]);
    expect(console.world.cluster.calls.length).toBeGreaterThan(3);
  });

  it('tells a person what limits, who has no place, and what moves', async () => {
    const console = await smallFabric();
    const host = console.world.vm('web-1').status?.hostName;
    await console.run('what-if', '--fit', 'cpu=8,memory=15Gi', '--drain', host ?? '', '--lose', 'rack=r1');
    expect(console.out).toMatch(/^--fit cpu=8,memory=15Gi\n {2}2 more fit\. What keeps the next one away:$/m);
    expect(console.out).toMatch(/^ {2}3 +Resource +lack memory \(nearest: h\d lacks 3Gi\) +h1, h2, h3$/m);
    expect(console.out).toMatch(/^ {2}1 of 1 host empty after 1 move in 1 wave \(about \d+ s\)\.$/m);
    expect(console.out).toMatch(/^ {2}1 +shop\/web-1 +h\d +h\d +4Gi +\d+ s +\d+ ms$/m);
    expect(console.out).toMatch(/^ {2}2 hosts lost \(h1, h2\) with 1 VM; 0 find a place\.$/m);
    expect(console.out).toMatch(
      /shop\/web-1 +0 of 1 host fits: 1 does not match spec\.placement\.hostSelector\.$/m,
    );
  });

  it('asks what a VM of the cluster asks, or one of a manifest', async () => {
    const console = await smallFabric();
    console.files.set('vm.yaml', 'kind: VirtualMachine\nmetadata: {name: x}\nspec: {memory: {size: 16Gi}}\n');
    const answers = await console.json<Asked[]>(
      'what-if',
      '--fit',
      'web-1',
      '--fit',
      'shop/web-1',
      '--fit',
      'vm.yaml',
    );
    // web-1 may only be in rack r1, where it has 4 of 32 GiB.
    expect(answers.map((answer) => (answer.kind === 'fit' ? answer.fits : undefined))).toEqual([7, 7, 2]);
  });

  it('counts resources that the HostPool names', async () => {
    const console = await smallFabric();
    console.world.editPool((pool) => {
      pool.spec.resources = [{ name: 'gpu', perHost: 2, hostSelector: { matchLabels: { rack: 'r1' } } }];
    });
    await console.world.run(1000);
    const answers = await console.json<Asked[]>(
      'what-if',
      '--fit',
      'memory=1Gi,gpu=1',
      '--add',
      '1=h1',
      '--fit',
      'memory=1Gi,gpu=1',
    );
    expect(answers.flatMap((answer) => (answer.kind === 'fit' ? [answer.fits] : []))).toEqual([4, 6]);
  });

  it('gives hosts that are added what the HostPool gives to hosts of their labels, and no more', async () => {
    const console = await smallFabric();
    const onRack = (rack: string) => ({ hostSelector: { matchLabels: { rack } } });
    console.world.editPool((pool) => {
      pool.spec.resources = [
        { name: 'gpu', perHost: 2, ...onRack('r1') },
        { name: 'nic', perHost: 3, ...onRack('r9') },
      ];
      pool.spec.networks = [
        { name: 'old', type: 'Bridge', bridge: 'br1', ...onRack('r1') },
        { name: 'new', type: 'Bridge', bridge: 'br2', ...onRack('r9') },
      ];
    });
    await console.world.run(1000);
    for (const network of ['old', 'new']) {
      const spec = { memory: { size: '15Gi' }, interfaces: [{ name: 'eth0', network }] };
      const manifest = { kind: 'VirtualMachine', metadata: { name: network }, spec };
      console.files.set(`${network}.json`, JSON.stringify(manifest));
    }
    const fits = async (shape: string, ...more: string[]) => {
      const answers = await console.json<Asked[]>(
        ...['what-if', '--add', '2=h1,rack=r9', ...more, '--fit', shape],
      );
      return answers.flatMap((answer) => (answer.kind === 'fit' ? [answer.fits] : []));
    };
    expect(await fits('memory=1Gi,gpu=1')).toEqual([4]);
    expect(await fits('memory=1Gi,nic=1')).toEqual([6]);
    expect(await fits('old.json')).toEqual([1]);
    expect(await fits('new.json')).toEqual([2]);
    // An over-commit gives them memory, and no devices.
    expect(await fits('memory=1Gi,gpu=1', '--overcommit', 'memory=200')).toEqual([4]);
    expect(await fits('memory=1Gi,nic=1', '--overcommit', 'memory=200')).toEqual([6]);
  });

  it('counts VMs of a class as that says', async () => {
    const console = await smallFabric();
    console.world.putClass('large', { cpu: { cores: 2 }, memory: { size: '4Gi' } });
    console.world.putClass('alone', {
      ...{ cpu: { cores: 2 }, memory: { size: '1Gi' } },
      overcommit: { cpuPercent: 100 },
    });
    const answers = await console.json<Asked[]>('what-if', '--fit', 'class=large', '--fit', 'class=alone');
    const cpus = console.world.hostObject('h1')?.status?.capacity?.cpu ?? 0;
    // web-1 has 4 GiB of one host and a vCPU that counts as a quarter of a CPU.
    const alone = 2 * Math.floor(cpus / 2) + Math.floor((cpus - 0.25) / 2);
    expect(answers.map((answer) => (answer.kind === 'fit' ? answer.fits : undefined))).toEqual([11, alone]);
  });

  it('heeds policies that select the labels given', async () => {
    const console = await smallFabric();
    console.world.putPolicy('apart', {
      vmSelector: { matchLabels: { app: 'db' } },
      vmAntiAffinity: [{ topologyKey: 'rack' }],
    });
    const ask = (...more: string[]) => console.json<Asked[]>('what-if', '--fit', 'memory=1Gi', ...more);
    expect(await ask('--labels', 'app=db')).toMatchObject([{ fits: 2 }]);
    expect(await ask('--labels', 'app=web')).toMatchObject([{ fits: 44 }]);
    expect(await ask('--labels', 'app=db', '--namespace', 'bank')).toMatchObject([{ fits: 44 }]);
  });

  it('changes the over-commit for the questions after it', async () => {
    const console = await smallFabric();
    const ask = ['--fit', 'memory=16Gi'];
    const answers = await console.json<Asked[]>(
      'what-if',
      ...ask,
      '--overcommit',
      'memory=200',
      ...ask,
      '--overcommit',
      'memory=20',
      ...ask,
    );
    expect(answers.map((answer) => (answer.kind === 'fit' ? answer.fits : answer))).toMatchObject([
      2,
      { overfull: [] },
      5,
      { overfull: [{ excess: { memory: expect.any(Number) } }] },
      0,
    ]);
  });

  it('plans no migration of a halted VM, nor off a host that is lost, be it cordoned as well', async () => {
    const console = await smallFabric();
    const { world } = console;
    const [host = '', placement] = [world.vm('web-1').status?.hostName, world.vm('web-1').spec.placement];
    world.putVm('off', { memory: { size: '1Gi' }, placement });
    await world.run(10_000);
    world.editVm('off', (vm) => {
      vm.spec.runStrategy = 'Halted';
    });
    await world.run(120_000);
    const stay = async (...hosts: string[]) => {
      const [answer] = await console.json<Asked[]>('what-if', '--drain', hosts.join());
      return answer?.kind === 'drain' ? answer.stay.map(({ vm, because }) => [vm, because]) : [];
    };
    expect(await stay('h1', 'h2')).toContainEqual(['shop/off', 'NotRunning']);
    world.hypervisor.host(host).goDown();
    world.cluster.edit(hostKind, { name: host }, ({ spec }) => {
      spec.unschedulable = true;
    });
    await world.run(400_000);
    expect(await stay(host)).toContainEqual(['shop/web-1', 'HostLost']);
  });

  it('moves from full hosts to others, as often as is asked', async () => {
    const console = await smallFabric();
    const { world } = console;
    world.putPolicy('full', { vmSelector: { matchLabels: { app: 'a' } }, strategy: 'Pack' });
    for (let number = 0; number < 6; number++)
      world.putVm(`a-${number}`, { memory: { size: '2Gi' } }, { labels: { app: 'a' } });
    await world.run(20_000);
    const moves = async (...args: string[]) => {
      const [answer] = await console.json<Asked[]>('what-if', '--rebalance', ...args);
      return answer?.kind === 'rebalance' ? answer.waves.flat().length : undefined;
    };
    expect(await moves('--max-moves', '1')).toBe(1);
    expect(await moves()).toBeGreaterThan(1);
  });

  it('finds places for VMs that wait', async () => {
    const console = await smallFabric();
    console.world.putVm('large', { memory: { size: '40Gi' } });
    console.world.putVm('twice', {
      memory: { size: '14Gi' },
      placement: { hostSelector: { matchLabels: { rack: 'r3' } } },
    });
    await console.world.run(5000);
    const answers = await console.json<Asked[]>('what-if', '--add', '1=h1,rack=r3', '--place-waiting');
    expect(answers[1]).toMatchObject({
      placed: [{ vm: 'shop/twice', host: 'h1-new-1' }],
      homeless: [{ vm: 'shop/large', message: expect.stringContaining('4 lack memory') }],
    });
  });

  it('finds no place for a VM whose size nobody knows', async () => {
    const console = await smallFabric();
    console.world.putVm('unsized', { classRef: { name: 'gone' } });
    await console.world.run(5000);
    const [answer] = await console.json<Asked[]>('what-if', '--place-waiting');
    expect(answer).toMatchObject({
      placed: [],
      homeless: [{ vm: 'shop/unsized', message: 'VirtualMachineClass gone does not exist: there is none.' }],
    });
  });

  it('ends with 3 for a VM without place, but only when asked to', async () => {
    const console = await smallFabric();
    const lose = ['what-if', '--lose', 'rack=r1'];
    expect(await console.run(...lose)).toBe(0);
    expect(await console.run(...lose, '--exit-code')).toBe(3);
    expect(await console.run('what-if', '--lose', 'h3', '--exit-code')).toBe(0);
  });

  it.each([
    [[], 'ask something'],
    [['--fit'], 'argument missing'],
    [['--fit', 'cpu=4'], 'memory.size'],
    [['--fit', 'class=large,cpu=4'], 'a class gives CPUs and memory'],
    [['--fit', 'memory=1Gi,gpu=many'], 'resources.0.count'],
    [['--fit', 'cpu=four,memory=1Gi'], 'cpu.cores'],
    [['--fit', 'memory=1Gb'], 'memory.size: must be an amount of bytes'],
    [['--lose', ''], 'name hosts, as in h1,h2'],
    [['--lose', 'rack=r1,rack=r2'], 'one domain at a time'],
    [['--add', 'h1'], 'must be COUNT=HOST'],
    [['--add', 'ten=h1'], 'must be a whole one'],
    [['--overcommit', 'disk=5'], 'there is cpu and memory, and not disk'],
    [['--overcommit', 'cpu=-5'], 'must be a whole percentage'],
    [['h1'], 'takes options alone, and not h1'],
    [['--frobnicate'], '--frobnicate'],
    [['--rebalance', '--max-moves', 'all'], 'must be a whole number'],
    [['--rebalance', '--output', 'yaml'], 'must be table or json'],
  ])('refuses %j and says what is right', async (args, message) => {
    const console = await smallFabric();
    expect(await console.run('what-if', ...args)).toBe(2);
    expect(console.notes).toContain(message);
    expect(console.out).toBe('');
  });

  it.each([
    [['--lose', 'h9'], 'HostPool default has no host h9; it has h1, h2, h3'],
    [['--drain', 'rack=r9'], 'values of it are r1, r2'],
    [['--fit', 'class=huge'], 'VirtualMachineClass huge does not exist: there is none'],
    [['--fit', 'web-9'], 'there is no VirtualMachine shop/web-9'],
    [['--rebalance', '--pool', 'gold'], 'HostPool gold does not exist: there is default'],
    [['--fit', 'nowhere.yaml'], 'no such file'],
  ])('names what %j asks for and is not there', async (args, message) => {
    const console = await smallFabric();
    expect(await console.run('what-if', ...args)).not.toBe(0);
    expect(console.notes).toContain(message);
  });
});
