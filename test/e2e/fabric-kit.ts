import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type AuditedWrite, readAudit } from '../../hack/control-plane/audit.ts';
import type { LabHost } from '../../hack/lab/host.ts';
import { type Fabric, type FabricOptions, startFabric } from '../../hack/start/fabric.ts';
import { waitFor } from '../../hack/wait.ts';
import type { Host } from '../../operator/api/host.ts';
import type { VirtualMachine } from '../../operator/api/virtualmachine.ts';

/** A fabric for one file of tests, in a folder of its own, whose hosts all take VMs. */
export async function startTestFabric(options: Partial<FabricOptions> = {}): Promise<TestFabric> {
  const dir = await mkdtemp(join(tmpdir(), 'vmfabric-e2e-'));
  const lab = new TestFabric(await startFabric({ dir, hosts: 2, auditLog: true, ...options }));
  try {
    await lab.waitHostsReady();
    return lab;
  } catch (error) {
    await lab.stop();
    throw error;
  }
}

/** Kubernetes and libvirt as a user has them, with the questions that tests ask. */
export class TestFabric {
  readonly fabric: Fabric;

  constructor(fabric: Fabric) {
    this.fabric = fabric;
  }

  async stop(): Promise<void> {
    await this.fabric.down();
    await rm(this.fabric.dir, { recursive: true, force: true });
  }

  kubectl(...args: string[]): Promise<string> {
    return this.fabric.kubectl(args);
  }

  apply(...objects: object[]): Promise<string> {
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    return this.fabric.kubectl(['apply', '-f', '-'], { input: JSON.stringify(list) });
  }

  async vms(): Promise<VirtualMachine[]> {
    return JSON.parse(await this.kubectl('get', 'vm', '-o', 'json')).items;
  }

  async vm(name: string): Promise<VirtualMachine> {
    return JSON.parse(await this.kubectl('get', 'vm', name, '-o', 'json'));
  }

  async hostObject(name: string): Promise<Host> {
    return JSON.parse(await this.kubectl('get', 'vmhost', name, '-o', 'json'));
  }

  /** The operator places VMs as soon as one host is ready; those that connect later would find the first ones elsewhere. */
  async waitHostsReady(): Promise<void> {
    const ready = async () => {
      const { items }: { items: Host[] } = JSON.parse(await this.kubectl('get', 'vmhost', '-o', 'json'));
      const isReady = ({ status }: Host) =>
        status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
      return items.length === this.fabric.options.hosts && items.every(isReady);
    };
    await waitFor('every host to be ready', ready, { timeoutMs: 120_000, everyMs: 250 });
  }

  /** The lab host that the VM is bound to. */
  async hostOf(name: string): Promise<LabHost> {
    const { status } = await this.vm(name);
    const host = this.fabric.lab.hosts.find((one) => one.name === status?.hostName);
    if (!host) throw new Error(`${name} is bound to ${status?.hostName}, which is no host of the lab`);
    return host;
  }

  waitReady(name: string): Promise<string> {
    return this.kubectl('wait', '--for=condition=Ready', `vm/${name}`, '--timeout=120s');
  }

  /** Waits until the condition of the object is `STATUS REASON`, and returns its message. */
  waitCondition(object: string, type: string, wanted: string, timeoutMs = 120_000): Promise<string> {
    return waitFor(
      `${type} of ${object} to be ${wanted}`,
      async () => {
        const { status } = JSON.parse(await this.kubectl('get', object, '-o', 'json'));
        const found = status?.conditions?.find((one: { type: string }) => one.type === type);
        return found && `${found.status} ${found.reason}` === wanted ? (found.message as string) : undefined;
      },
      { timeoutMs, everyMs: 250 },
    );
  }

  /** The writes of the operator since `from`, an index into the audit log. */
  async writes(from = 0): Promise<AuditedWrite[]> {
    const all = await readAudit(this.fabric.controlPlane.auditLogPath ?? '');
    return all.slice(from).filter(({ userAgent }) => userAgent?.startsWith('vmfabric/'));
  }

  async auditLength(): Promise<number> {
    return (await readAudit(this.fabric.controlPlane.auditLogPath ?? '')).length;
  }

  /** What the operator says of everything, by kind and name. */
  async statuses(): Promise<Record<string, unknown>> {
    const { items } = JSON.parse(await this.kubectl('get', 'vm,vmhost,hp', '-o', 'json'));
    return Object.fromEntries(
      items.map((one: { kind: string; metadata: { name: string }; status: unknown }) => [
        `${one.kind}/${one.metadata.name}`,
        one.status,
      ]),
    );
  }

  /** What the hosts have, as one text. */
  capacity(): Promise<string> {
    return this.kubectl('get', 'vmhost', '-o', 'jsonpath={.items[*].status.capacity}');
  }

  /** A minute of real time: that nothing happens has no event to wait for. */
  async quietMinute(): Promise<void> {
    await delay(60_000);
  }

  /** Process ids of the guests on all hosts, by domain name. */
  async guests(): Promise<Record<string, number>> {
    const each = await Promise.all(this.fabric.lab.hosts.map((host) => host.pids()));
    return Object.assign({}, ...each.map(({ guests }) => guests));
  }
}

/** A VM that boots in the lab. */
export function labVm(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: 'vmfabric.io/v1alpha1',
    kind: 'VirtualMachine',
    metadata: { name, namespace: 'default', ...metadata },
    spec: {
      memory: { size: '128Mi' },
      kernel: { name: 'small', commandLine: 'console=ttyS0 quiet' },
      interfaces: [{ name: 'eth0', network: 'lab' }],
      terminationGracePeriodSeconds: 20,
      ...spec,
    },
  };
}

/** The part of a VM's spec that leaves it this host alone. */
export const onHost = (name: string) => ({
  placement: { hostSelector: { matchLabels: { 'kubernetes.io/hostname': name } } },
});

export const addressesOf = (vm: VirtualMachine) =>
  vm.status?.interfaces?.flatMap((one) => one.addresses ?? []) ?? [];
