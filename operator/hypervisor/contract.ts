import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareDomain } from '../domain/compare.ts';
import type { DesiredDomain } from '../domain/domain.ts';
import { readDomain } from '../domain/read.ts';
import { domainXml } from '../domain/write.ts';
import type { DomainEvent, HostConnection, HostTarget, Hypervisor, ObservedDomain } from './hypervisor.ts';

/** A host to try the port on, and other hands on it than the port's. */
export interface ContractHost {
  hypervisor: Hypervisor;
  target: HostTarget;
  /** A guest that shuts down when asked and tells its addresses. */
  bootable: Pick<DesiredDomain, 'hypervisorType' | 'memoryBytes' | 'kernel'> & { bridge: string };
  /** How long a guest may take to boot or to shut down here. */
  guestTimeoutMs: number;
  outside: {
    start(uuid: string): Promise<void>;
    destroy(uuid: string): Promise<void>;
    undefine(uuid: string): Promise<void>;
    suspend(uuid: string): Promise<void>;
    /** Replaces a part of the definition. */
    edit(uuid: string, from: RegExp, to: string): Promise<void>;
  };
  /** Breaks all connections; the host can be reached again soon. */
  dropConnections(): Promise<void>;
  dispose(): Promise<void>;
}

const prefix = 'contract_';

/** What every implementation of the port must do, as tests. `makeHost` is called once. */
export function hypervisorContract(implementation: string, makeHost: () => Promise<ContractHost>): void {
  describe(`the Hypervisor contract, by ${implementation}`, () => {
    let host: ContractHost;
    let connection: HostConnection;
    let events: DomainEvent[];
    let vm: DesiredDomain;
    let uuid: string;
    let count = 0;

    beforeAll(async () => {
      host = await makeHost();
    });
    afterAll(() => host?.dispose());

    beforeEach(async () => {
      connection = await host.hypervisor.connect(host.target);
      events = [];
      await connection.subscribe((event) => void events.push(event));
      vm = desired();
      uuid = vm.uuid;
    });
    afterEach(async () => {
      await connection.close();
      const cleaner = await reconnected();
      for (const left of (await cleaner.domains()).filter(({ name }) => name.startsWith(prefix))) {
        await cleaner.powerOff(left.uuid);
        await cleaner.undefine(left.uuid);
      }
      await cleaner.close();
    });

    function desired(): DesiredDomain {
      const { bridge, ...guest } = host.bootable;
      const number = ++count;
      const name = `${prefix}vm${number}`;
      const macAddress = `52:54:00:c0:00:${number.toString(16).padStart(2, '0')}`;
      const owner = { namespace: 'contract', name, uid: `uid-${number}`, placementGeneration: number };
      const interfaces = [{ name: 'eth0', macAddress, bridge }];
      return { ...guest, uuid: randomUUID(), name, owner, cpuCores: 1, machineType: 'pc', interfaces };
    }

    /** A host that has just dropped its connections may need a moment. */
    async function reconnected(): Promise<HostConnection> {
      let made: HostConnection | undefined;
      const attempt = async () => {
        made = await host.hypervisor.connect(host.target);
        return true;
      };
      await expect.poll(attempt, { timeout: host.guestTimeoutMs, interval: 50 }).toBe(true);
      if (!made) throw new Error('unreachable: the poll above ended');
      return made;
    }

    async function look(): Promise<ObservedDomain> {
      const observed = await connection.domain(uuid);
      if (!observed) throw new Error(`the host has no domain ${uuid}`);
      return observed;
    }

    const power = async () => (await connection.domain(uuid))?.power;
    const soon = (what: () => unknown) => expect.poll(what, { timeout: host.guestTimeoutMs, interval: 20 });
    const define = (changes: Partial<DesiredDomain> = {}) =>
      connection.define(domainXml({ ...vm, ...changes }));
    const run = async () => {
      await define();
      await connection.start(uuid);
    };

    describe('facts', () => {
      it('describe the hardware and what runs on it', async () => {
        const facts = await connection.facts();
        expect(facts.hostUUID).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect(facts.libvirtVersion).toMatch(/^\d+\.\d+\.\d+$/);
        expect(facts.hypervisorVersion).toMatch(/^\d+\.\d+\.\d+$/);
        expect(facts.hypervisorType).toBe(host.bootable.hypervisorType);
        expect(facts.cpu.architecture).toBe('x86_64');
        expect(facts.cpu.count).toBeGreaterThan(0);
        expect(facts.cpu.model).not.toBe('');
        expect(facts.guests.machineTypes).toEqual(expect.arrayContaining(['pc', 'q35']));
        expect(facts.guests.cpuModels).toEqual(expect.arrayContaining(['HostModel', 'qemu64']));
        expect(facts.memoryBytes).toBeGreaterThan(2 ** 28);
        expect(facts.numaCells.reduce((sum, { cpus }) => sum + cpus, 0)).toBe(facts.cpu.count);
        expect(facts.numaCells[0]?.memoryBytes).toBeGreaterThan(2 ** 28);
      });
    });

    describe('define', () => {
      it('makes a stopped, persistent domain that is read back as it was asked for', async () => {
        expect(await connection.domain(uuid)).toBeUndefined();
        await define();
        const observed = await look();
        expect(observed).toMatchObject({ uuid, name: vm.name, power: 'Stopped', persistent: true });
        expect(observed.liveXml).toBeUndefined();
        expect(compareDomain(vm, readDomain(observed.definitionXml))).toEqual([]);
        expect(readDomain(observed.definitionXml).owner).toEqual(vm.owner);
        const summary = { uuid, name: vm.name, power: 'Stopped', persistent: true };
        expect(await connection.domains()).toContainEqual(summary);
      });

      it('keeps values that XML has to escape', async () => {
        const commandLine = `a="b c" d='e' <f> &amp; ]]> ü 漢 😀  two  blanks -- %s $HOME`;
        const kernel = { ...vm.kernel, commandLine };
        await define({ kernel });
        const facts = readDomain((await look()).definitionXml);
        expect(facts.kernel?.commandLine).toBe(commandLine);
        expect(compareDomain({ ...vm, kernel }, facts)).toEqual([]);
      });

      it('can be repeated, and replaces what there was', async () => {
        await define();
        await define();
        await define({ cpuCores: 2, interfaces: [] });
        expect(readDomain((await look()).definitionXml)).toMatchObject({ cpuCores: 2, interfaces: [] });
        expect((await connection.domains()).filter(({ name }) => name === vm.name)).toHaveLength(1);
      });

      it('leaves what runs as it is', async () => {
        await run();
        await define({ cpuCores: 2 });
        const observed = await look();
        expect(observed.power).toBe('Running');
        expect(readDomain(observed.definitionXml).cpuCores).toBe(2);
        expect(compareDomain(vm, readDomain(observed.liveXml ?? ''))).toEqual([]);
      });

      it('gives a guest the CPU model and machine that it asks for, of which what runs tells as it was asked', async () => {
        const asked = { cpuModel: 'qemu64', machineType: 'q35' };
        await define(asked);
        await connection.start(uuid);
        await define({ cpuModel: 'HostModel', machineType: 'pc' });
        const { definitionXml, liveXml = '' } = await look();
        expect(compareDomain({ ...vm, ...asked }, readDomain(liveXml))).toEqual([]);
        expect(readDomain(definitionXml)).toMatchObject({ cpuModel: 'HostModel' });
        await connection.powerOff(uuid);
        await connection.start(uuid);
        const restarted = readDomain((await look()).liveXml ?? '');
        expect(compareDomain({ ...vm, cpuModel: 'HostModel' }, restarted)).toEqual([]);
      });

      it('refuses a name that another domain has', async () => {
        await define();
        const other = domainXml({ ...desired(), name: vm.name });
        await expect(connection.define(other)).rejects.toMatchObject({ code: 'NameTaken' });
        expect((await look()).name).toBe(vm.name);
      });

      it('refuses to rename a domain, and malformed XML, for good', async () => {
        await define();
        const renamed = define({ name: `${vm.name}-renamed` });
        await expect(renamed).rejects.toMatchObject({
          code: 'Invalid',
          message: expect.stringContaining(vm.name),
        });
        await expect(connection.define('<domain>')).rejects.toMatchObject({ code: 'Invalid' });
      });
    });

    describe('power', () => {
      it('starts a domain, once', async () => {
        await run();
        await connection.start(uuid);
        const observed = await look();
        expect(observed).toMatchObject({ power: 'Running', persistent: true });
        expect(compareDomain(vm, readDomain(observed.liveXml ?? ''))).toEqual([]);
        expect(await connection.domains()).toContainEqual(
          expect.objectContaining({ uuid, power: 'Running', persistent: true }),
        );
      });

      it('resumes a domain that was paused from outside, and one that runs', async () => {
        await run();
        await host.outside.suspend(uuid);
        expect(await look()).toMatchObject({ power: 'Paused', cause: 'User' });
        await connection.start(uuid);
        expect(await power()).toBe('Paused');
        await connection.resume(uuid);
        await connection.resume(uuid);
        expect(await power()).toBe('Running');
      });

      it('powers off at once and keeps the definition', async () => {
        await run();
        await connection.powerOff(uuid);
        await connection.powerOff(uuid);
        const observed = await look();
        expect(observed).toMatchObject({ power: 'Stopped', cause: 'User', persistent: true });
        expect(observed.liveXml).toBeUndefined();
        await connection.start(uuid);
        expect(await power()).toBe('Running');
      });

      it('asks a guest to shut down, who does', async () => {
        await run();
        // A guest that still boots does not listen.
        await soon(async () => (await connection.guestInterfaces(uuid)).length).toBeGreaterThan(0);
        await connection.requestShutdown(uuid);
        await soon(power).toBe('Stopped');
        expect((await look()).cause).toBe('Guest');
        await connection.requestShutdown(uuid);
      });

      it('does not resume what is stopped', async () => {
        await define();
        await expect(connection.resume(uuid)).rejects.toMatchObject({ code: 'Failed' });
      });

      it('tells what needs a domain that there is none, and is done where none is wanted', async () => {
        await expect(connection.start(uuid)).rejects.toMatchObject({ code: 'NotFound' });
        await expect(connection.resume(uuid)).rejects.toMatchObject({ code: 'NotFound' });
        await expect(connection.guestInterfaces(uuid)).rejects.toMatchObject({ code: 'NotFound' });
        await connection.requestShutdown(uuid);
        await connection.powerOff(uuid);
        await connection.undefine(uuid);
      });
    });

    describe('undefine', () => {
      it('removes the domain, once', async () => {
        await define();
        await connection.undefine(uuid);
        await connection.undefine(uuid);
        expect(await connection.domain(uuid)).toBeUndefined();
        expect(await connection.domains()).not.toContainEqual(expect.objectContaining({ uuid }));
      });

      it('does not touch a domain that runs', async () => {
        await run();
        await expect(connection.undefine(uuid)).rejects.toMatchObject({ code: 'Busy' });
        expect(await look()).toMatchObject({ power: 'Running', persistent: true });
      });
    });

    describe('changes from outside', () => {
      it('shows a domain that was destroyed', async () => {
        await run();
        await host.outside.destroy(uuid);
        expect(await look()).toMatchObject({ power: 'Stopped', cause: 'User', persistent: true });
      });

      it('shows a domain that was undefined while it runs, and defines it again', async () => {
        await run();
        await host.outside.undefine(uuid);
        const observed = await look();
        expect(observed).toMatchObject({ power: 'Running', persistent: false });
        expect(compareDomain(vm, readDomain(observed.definitionXml))).toEqual([]);
        const summary = { uuid, name: vm.name, power: 'Running', persistent: false };
        expect(await connection.domains()).toContainEqual(summary);
        await define();
        expect(await look()).toMatchObject({ power: 'Running', persistent: true });
      });

      it('has no domain any more that stops without a definition', async () => {
        await run();
        await host.outside.undefine(uuid);
        await connection.powerOff(uuid);
        expect(await connection.domain(uuid)).toBeUndefined();
      });

      it('shows an edited definition', async () => {
        await define();
        await host.outside.edit(uuid, />1<\/vcpu>/, '>3</vcpu>');
        const differences = compareDomain(vm, readDomain((await look()).definitionXml));
        expect(differences).toEqual([{ field: 'spec.cpu.cores', desired: '1', actual: '3' }]);
      });
    });

    describe('events', () => {
      const changed = () => events.filter((event) => event.uuid === uuid && event.kind === 'Changed').length;

      it('tell of everything in the life of a domain, whoever does it', async () => {
        const steps: [string, () => Promise<void>][] = [
          ['define', define],
          ['start', () => connection.start(uuid)],
          ['suspend', () => host.outside.suspend(uuid)],
          ['resume', () => connection.resume(uuid)],
          ['destroy', () => host.outside.destroy(uuid)],
          ['start from outside', () => host.outside.start(uuid)],
          ['power off', () => connection.powerOff(uuid)],
          ['undefine', () => connection.undefine(uuid)],
        ];
        for (const [step, act] of steps) {
          const before = changed();
          await act();
          await soon(() => changed() - before || `no event of ${step}`).toEqual(expect.any(Number));
        }
      });

      it('tell when the guest agent can be asked', async () => {
        const reported: number[] = [];
        await connection.subscribe(async (event) => {
          if (event.uuid !== uuid || event.kind !== 'Agent') return;
          reported.push((await connection.guestInterfaces(uuid)).length);
        });
        await run();
        await soon(() => Math.max(...reported)).toBeGreaterThan(0);
      });
    });

    describe('guestInterfaces', () => {
      it('gives the addresses of a guest by MAC address, without loopback', async () => {
        await run();
        const macAddress = vm.interfaces[0]?.macAddress ?? '';
        const addresses = async () =>
          (await connection.guestInterfaces(uuid)).find((one) => one.macAddress === macAddress)?.addresses;
        await soon(addresses).toContainEqual(expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/));
        expect((await connection.guestInterfaces(uuid)).flatMap((one) => one.addresses)).not.toContain(
          '127.0.0.1',
        );
      });

      it('is empty while the guest says nothing', async () => {
        await define();
        expect(await connection.guestInterfaces(uuid)).toEqual([]);
        await connection.start(uuid);
        expect(await connection.guestInterfaces(uuid)).toEqual([]);
      });
    });

    describe('a connection', () => {
      it('ends without a reason when closed, and takes no calls then', async () => {
        await connection.close();
        expect(await connection.closed).toBeUndefined();
        await expect(connection.domains()).rejects.toMatchObject({ code: 'Unreachable' });
      });

      it('tells when it breaks; domains do not mind', async () => {
        await run();
        await host.dropConnections();
        expect(await connection.closed).toMatchObject({ code: 'Unreachable' });
        await expect(connection.start(uuid)).rejects.toMatchObject({ code: 'Unreachable' });
        const next = await reconnected();
        expect(await next.domain(uuid)).toMatchObject({ power: 'Running' });
        await next.close();
      });

      // A reply that the daemon only notices with the next packet comes with keepalive's, 5 seconds later.
      it.each([1, 2, 3, 4, 5])('answers %i callers at once without waiting for more', async (callers) => {
        await define();
        const startedAt = performance.now();
        await Promise.all(Array.from({ length: callers }, () => connection.domain(uuid)));
        expect(performance.now() - startedAt).toBeLessThan(4000);
      });

      it('rejects with what a permit throws, and has done nothing', async () => {
        await connection.define(domainXml(vm));
        const reason = new Error('another one leads');
        const options = {
          permit: () => {
            throw reason;
          },
        };
        await expect(connection.start(uuid, options)).rejects.toBe(reason);
        await expect(connection.undefine(uuid, options)).rejects.toBe(reason);
        expect(await connection.domain(uuid)).toMatchObject({ power: 'Stopped' });
      });

      it('rejects with the reason of a signal', async () => {
        const reason = new Error('not wanted any more');
        const signal = AbortSignal.abort(reason);
        await expect(host.hypervisor.connect(host.target, { signal })).rejects.toBe(reason);
        await expect(connection.define(domainXml(vm), { signal })).rejects.toBe(reason);
        expect(await connection.domain(uuid)).toBeUndefined();
      });
    });
  });
}
