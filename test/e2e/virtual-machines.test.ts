import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../hack/wait.ts';
import { keepCpusBusy } from './busy-cpus.ts';
import { addressesOf, labVm, startTestFabric, type TestFabric } from './fabric-kit.ts';

let lab: TestFabric;

beforeAll(async () => {
  lab = await startTestFabric({ hosts: 3 });
});
afterAll(() => lab?.stop());

const names = Array.from({ length: 20 }, (_, index) => `many-${index}`);

describe('20 VMs on 3 hosts, created at once', () => {
  it('all become Ready with addresses, spread over the hosts', async () => {
    await lab.apply(...names.map((name) => labVm(name)));
    await lab.kubectl('wait', '--for=condition=Ready', 'vm', '--all', '--timeout=180s');
    const vms = await waitFor(
      'every VM to have an address',
      async () => {
        const all = await lab.vms();
        return all.every((vm) => addressesOf(vm).length > 0) && all;
      },
      { timeoutMs: 180_000, everyMs: 1000 },
    );
    expect(new Set(vms.flatMap(addressesOf)).size).toBe(vms.flatMap(addressesOf).length);
    const perHost = Object.values(Object.groupBy(vms, (vm) => vm.status?.hostName ?? '')).map(
      (list) => list?.length,
    );
    expect(perHost.toSorted()).toEqual([6, 7, 7]);
  }, 400_000);

  it('cost three or four writes each, refused ones counted', async () => {
    const writes = (await lab.writes()).filter(({ resource }) => resource === 'virtualmachines');
    const counts = names.map((name) => writes.filter((write) => write.name === name).length);
    // Finalizer, binding, running; the address comes with the third or as a fourth.
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...counts)).toBeLessThanOrEqual(4);
  });

  it('live on when the operator is killed; the next one finds them, restarts nothing and writes nothing for a minute', async () => {
    const guests = await lab.guests();
    expect(Object.keys(guests)).toHaveLength(20);
    const statuses = await lab.statuses();
    const capacity = await lab.capacity();
    await lab.fabric.operator.kill('SIGKILL');
    const before = await lab.auditLength();
    await lab.fabric.operator.start();
    // The old Lease runs out, the new operator leads, connects, and looks at every VM.
    await waitFor(
      'the new operator to have looked at all VMs',
      async () => {
        const metrics = await (await fetch(`${lab.fabric.operator.url}/metrics`)).text();
        const total = (result: string) =>
          Number(
            new RegExp(
              `reconcile_total\\{[^}]*controller="virtualmachine"[^}]*result="${result}"[^}]*\\} (\\d+)`,
            ).exec(metrics)?.[1] ?? 0,
          );
        return total('requeue_after') >= 20;
      },
      { timeoutMs: 90_000, everyMs: 500 },
    );
    await lab.quietMinute();
    expect(await lab.guests()).toEqual(guests);
    const writes = (await lab.writes(before)).filter(({ resource }) => resource !== 'leases');
    // Virtual machines as tests run in get more memory while they run, which the new operator finds on its hosts.
    if ((await lab.capacity()) === capacity) {
      expect(await lab.statuses()).toEqual(statuses);
      expect(writes).toEqual([]);
    }
    expect(writes.filter(({ resource }) => resource === 'virtualmachines')).toEqual([]);
    expect((await lab.writes(before)).length).toBeGreaterThan(10); // renewals: what is counted is seen at all
  });
});

describe('what a user sees', () => {
  it('kubectl get vm -o wide shows host, address, size and domain', async () => {
    const [header, first] = (await lab.kubectl('get', 'vm', '-o', 'wide')).split('\n');
    expect(header).toMatch(
      /^NAME +READY +STATE +REASON +HOST +IP +CLASS +CPU +MEMORY +STRATEGY +CONTENDED +DOMAIN +AGE/,
    );
    expect(first).toMatch(
      /^many-0 +True +Running +Running +h[123] +10\.77\.\d+\.\d+ +1 +128Mi +Always +False +[0-9a-f-]{36} /,
    );
  });

  it('kubectl get hp shows the pool as one computer', async () => {
    const row = (await lab.kubectl('get', 'hp')).split('\n')[1];
    expect(row).toMatch(/^default +True +3\/3 +20 +20\/\d+ +2\.5Gi\/[\d.]+Gi /);
  });

  it('the domain is found on the host by name and by uuid', async () => {
    const { status } = await lab.vm('many-0');
    const host = await lab.hostOf('many-0');
    expect((await host.virsh(['domuuid', 'default_many-0'])).trim()).toBe(status?.domainUUID);
    expect((await host.virsh(['domstate', status?.domainUUID ?? ''])).trim()).toBe('running');
    expect(await host.virsh(['list', '--all', '--autostart', '--name'])).not.toContain('many');
  });

  it('kubectl describe tells what happened', async () => {
    const text = await lab.kubectl('describe', 'vm', 'many-0');
    expect(text).toMatch(/Normal +Placed .*Placed on host h[123]\./);
    expect(text).toMatch(/Normal +Started/);
  });
});

describe('a VM that is running', () => {
  it('is started again when somebody pulls its plug', async () => {
    const host = await lab.hostOf('many-1');
    const before = (await lab.guests())['default_many-1'];
    await host.virsh(['destroy', 'default_many-1']);
    await waitFor(
      'another QEMU',
      async () => ![undefined, before].includes((await lab.guests())['default_many-1']),
      {
        timeoutMs: 60_000,
      },
    );
    await lab.waitReady('many-1');
  });

  it('is halted gracefully by its spec, and runs again', async () => {
    await lab.kubectl('patch', 'vm', 'many-2', '--type=merge', '-p', '{"spec":{"runStrategy":"Halted"}}');
    await lab.waitCondition('vm/many-2', 'Ready', 'True Halted');
    const host = await lab.hostOf('many-2');
    expect(await host.virsh(['domstate', '--reason', 'default_many-2'])).toContain('shut off (shutdown)');
    await lab.kubectl('patch', 'vm', 'many-2', '--type=merge', '-p', '{"spec":{"runStrategy":"Always"}}');
    await lab.waitCondition('vm/many-2', 'Ready', 'True Running');
  });

  it('is set back when somebody edits its definition, and goes on', async () => {
    const host = await lab.hostOf('many-3');
    const guests = await lab.guests();
    const xml = await host.virsh(['dumpxml', '--inactive', 'default_many-3']);
    await host.virsh(['define', '/dev/stdin'], { input: xml.replace(/<vcpu([^>]*)>1</, '<vcpu$1>2<') });
    await waitFor(
      'the definition of before',
      async () => (await host.virsh(['dumpxml', '--inactive', 'default_many-3'])) === xml,
      {
        timeoutMs: 60_000,
      },
    );
    expect((await lab.guests())['default_many-3']).toBe(guests['default_many-3']);
  });

  it('is started no second time when somebody migrates it by hand, and is Ready once it is back', async () => {
    const home = await lab.hostOf('many-7');
    const away = lab.fabric.lab.hosts.find((host) => host.name !== home.name);
    if (!away) throw new Error('the lab has several hosts');
    const pid = async () => (await home.pids()).guests['default_many-7'];
    const migrate = [
      'migrate',
      '--live',
      '--p2p',
      '--persistent',
      '--undefinesource',
      '--tls',
      'default_many-7',
    ];
    await home.virsh([...migrate, `qemu+tls://${away.name}/system`]);
    const message = await lab.waitCondition('vm/many-7', 'Stalled', 'True RunsElsewhere');
    expect(message).toContain(`runs on host ${away.name}`);
    expect(await pid()).toBeUndefined();
    await away.virsh([...migrate, `qemu+tls://${home.name}/system`]);
    await lab.waitCondition('vm/many-7', 'Ready', 'True Running');
    expect(await pid()).toBeDefined();
    expect((await away.pids()).guests['default_many-7']).toBeUndefined();
  });

  it('goes with its domain when it is deleted', async () => {
    const host = await lab.hostOf('many-4');
    await lab.kubectl('delete', 'vm', 'many-4', '--timeout=60s');
    expect(await host.virsh(['list', '--all', '--name'])).not.toContain('default_many-4');
  });
});

describe('a guest that wants a CPU which others have', () => {
  it('is told contended, and its pool unhappy, while it is Ready', async () => {
    const host = await lab.hostOf('many-8');
    const command = { path: '/bin/sh', arg: ['-c', 'while :; do :; done'] };
    const call = JSON.stringify({ execute: 'guest-exec', arguments: command });
    await host.virsh(['qemu-agent-command', 'default_many-8', call]);
    const others = keepCpusBusy();
    try {
      const message = await lab.waitCondition('vm/many-8', 'Contended', 'True CPUContended', 300_000);
      expect(message).toMatch(/^On host h[123] the VM waits for one for at least (10|25|50) % of the time/);
      const happiness = () => lab.kubectl('get', 'hp', 'default', '-o', 'jsonpath={.status.happiness}');
      await waitFor('the pool to name the VM', async () => (await happiness()).includes('"many-8"'), {
        timeoutMs: 60_000,
      });
    } finally {
      others.end();
    }
    expect((await lab.vm('many-8')).status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'True' }),
    );
    const { status } = await lab.hostObject(host.name);
    expect(status?.used).toEqual({ cpuPercent: expect.any(Number), memoryPercent: expect.any(Number) });
  }, 400_000);
});

describe('a host that is cut off', () => {
  it('makes a deletion wait and say why, until it is back', async () => {
    const host = await lab.hostOf('many-5');
    await host.cutOff();
    await lab.waitCondition(`vmhost/${host.name}`, 'Ready', 'False HostUnreachable');
    await lab.kubectl('delete', 'vm', 'many-5', '--wait=false');
    const message = await lab.waitCondition('vm/many-5', 'Ready', 'False DeletionWaitsForHost');
    expect(message).toContain(`kubectl annotate vm many-5 -n default vmfabric.io/host-lost=${host.name}`);
    await lab.apply(labVm('meanwhile'));
    await lab.waitReady('meanwhile');
    await host.reconnect();
    await lab.kubectl('wait', '--for=delete', 'vm/many-5', '--timeout=120s');
    expect(await host.virsh(['list', '--all', '--name'])).not.toContain('default_many-5');
  });

  it('that lost power runs its VMs again when it is back', async () => {
    const host = await lab.hostOf('many-6');
    await host.crash();
    await lab.waitCondition('vm/many-6', 'Ready', 'Unknown HostLost');
    await host.start();
    await lab.waitCondition('vm/many-6', 'Ready', 'True Running');
  });
});
