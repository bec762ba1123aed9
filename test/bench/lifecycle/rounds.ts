import { setTimeout as delay } from 'node:timers/promises';
import { type AuditedWrite, readAudit } from '../../../hack/control-plane/audit.ts';
import { listOf, releaseName, systemNamespace } from '../../../hack/start/cluster-objects.ts';
import type { Fabric } from '../../../hack/start/fabric.ts';
import { waitFor } from '../../../hack/wait.ts';
import { type HostDomains, readDomains, removeWithVirsh, startWithVirsh } from './peer.ts';
import { StartedEvents, type StartTimes } from './started-events.ts';
import { type Seen, VmWatch } from './vm-watch.ts';
import { eventsOf, writesBetween, writesTo } from './writes.ts';

export interface Setting {
  fabric: Fabric;
  kubectlPath: string;
  /** Folder for the XML of domains. */
  scratch: string;
  /** How many. */
  vms: number;
  signal: AbortSignal;
}

/** How long a round took; milliseconds. */
export interface Times {
  /** Until the last domain has started. */
  allMs: number;
  /** Until the domain of the median VM has started. */
  eachMs: number[];
}

export interface OperatorRound extends Times {
  namespace: string;
  placed: HostDomains[];
}

/** What was written on the way of VMs from nothing to an address. */
export interface Writes {
  /** One list for each VM. */
  untilRunning: AuditedWrite[][];
  untilAddress: AuditedWrite[][];
  events: number[];
  /** When the last VM was Ready and had its address; milliseconds since the epoch. */
  settledAt: number;
}

/** The operator's own user: what Kubernetes' own controllers write is not its doing. */
const operatorUser = `system:serviceaccount:${systemNamespace}:${releaseName}`;

const startTimeoutMs = 180_000;
/** Twenty emulated guests that boot at once on two cores take their time until they have an address. */
const addressTimeoutMs = 300_000;

/** Creates the VMs at once and waits until libvirt tells that all have started. */
export async function operatorRound(setting: Setting, round: number): Promise<OperatorRound> {
  const { fabric, signal } = setting;
  const namespace = `bench-${round}`;
  const names = vmNames(setting);
  await fabric.kubectl(['create', 'namespace', namespace]);
  const started = await StartedEvents.watch(fabric.lab);
  try {
    await create(fabric, namespace, names);
    const domains = names.map((name) => `${namespace}_${name}`);
    const times = await started.untilStarted(domains, startTimeoutMs, signal);
    const placed = await readDomains(fabric.lab);
    return { namespace, placed, ...timesSinceCreation(await readAuditLog(fabric), namespace, names, times) };
  } finally {
    await started.stop();
  }
}

/** Creates the VMs at once, waits until all are Ready and have their addresses, and tells what was written. */
export async function writesRound(setting: Setting, namespace: string): Promise<Writes> {
  const { fabric, kubectlPath, vms, signal } = setting;
  await fabric.kubectl(['create', 'namespace', namespace]);
  const watch = new VmWatch(kubectlPath, fabric.controlPlane.adminKubeconfigPath, namespace);
  try {
    await create(fabric, namespace, vmNames(setting));
    const settled = () => watch.count('readyAt') === vms && watch.count('addressAt') === vms;
    await waitFor('all VMs to be Ready with an address', settled, { timeoutMs: addressTimeoutMs, signal });
    const settledAt = Date.now();
    return { ...writesOf(await readAuditLog(fabric), namespace, watch.seen), settledAt };
  } finally {
    watch.stop();
  }
}

/** Defines and starts with virsh what an operator's round has placed, while no operator runs. */
export async function virshRound(setting: Setting, placed: readonly HostDomains[]): Promise<Times> {
  const { fabric, scratch, signal } = setting;
  // It would take the domains for those of VMs that are gone, and clear them away.
  await fabric.operator.stop();
  const started = await StartedEvents.watch(fabric.lab);
  try {
    const begin = await startWithVirsh(fabric.lab, placed, scratch);
    const domains = placed.flatMap((one) => one.domains.map(({ name }) => name));
    const times = await started.untilStarted(domains, startTimeoutMs, signal);
    const eachMs = domains.map((name) => (times.get(name) ?? Number.NaN) - begin);
    return { eachMs, allMs: Math.max(...eachMs) };
  } finally {
    await started.stop();
    await removeWithVirsh(fabric.lab, placed);
    await fabric.operator.start(signal);
    await hostsReady(fabric);
  }
}

/** Writes of the operator, Leases excepted, in the minute after all had settled. */
export async function quietWrites({ fabric, signal }: Setting, settledAt: number): Promise<AuditedWrite[]> {
  const end = settledAt + 60_000;
  // One second more, as the server writes its log after its answer.
  await delay(Math.max(0, end + 1000 - Date.now()), undefined, { signal });
  const writes = await readAuditLog(fabric);
  return writesBetween(
    writes.filter(({ user }) => user === operatorUser),
    settledAt,
    end,
  );
}

export async function removeVms({ fabric }: Setting, namespace: string): Promise<void> {
  await fabric.kubectl(['delete', 'vm', '--all', `--namespace=${namespace}`, '--timeout=180s']);
  await fabric.kubectl(['delete', 'namespace', namespace, '--timeout=60s']);
}

function vmNames({ vms }: Setting): string[] {
  return Array.from({ length: vms }, (_, index) => `vm-${index + 1}`);
}

async function create(fabric: Fabric, namespace: string, names: readonly string[]): Promise<void> {
  const input = listOf(names.map((name) => manifest(namespace, name)));
  await fabric.kubectl(['create', '--filename=-'], { input });
}

async function hostsReady(fabric: Fabric): Promise<void> {
  await fabric.kubectl(['wait', '--for=condition=Ready', 'vmhost', '--all', '--timeout=60s']);
}

async function readAuditLog({ controlPlane }: Fabric): Promise<AuditedWrite[]> {
  if (!controlPlane.auditLogPath) throw new Error('the control plane keeps no audit log');
  return readAudit(controlPlane.auditLogPath);
}

function timesSinceCreation(
  audit: readonly AuditedWrite[],
  namespace: string,
  names: readonly string[],
  started: StartTimes,
): Times {
  const created = new Map(
    audit
      .filter((write) => write.verb === 'create' && write.resource === 'virtualmachines')
      .filter((write) => write.namespace === namespace)
      .map(({ name = '', time }) => [name, Date.parse(time)]),
  );
  const startOf = (name: string) => started.get(`${namespace}_${name}`) ?? Number.NaN;
  return {
    allMs: Math.max(...names.map(startOf)) - Math.min(...created.values()),
    eachMs: names.map((name) => startOf(name) - (created.get(name) ?? Number.NaN)),
  };
}

function writesOf(audit: readonly AuditedWrite[], namespace: string, seen: ReadonlyMap<string, Seen>) {
  const writes = audit.filter(({ user }) => user === operatorUser);
  const vms = [...seen].map(([name, { readyAt = 0, addressAt = 0 }]) => ({
    namespace,
    name,
    readyAt,
    addressAt,
  }));
  return {
    untilRunning: vms.map((vm) => writesTo(writes, vm, vm.readyAt)),
    untilAddress: vms.map((vm) => writesTo(writes, vm, vm.addressAt)),
    events: vms.map((vm) => eventsOf(writes, vm)),
  };
}

/** The smallest guest of the lab; deleted without asking it to shut down, which is not what is measured. */
function manifest(namespace: string, name: string) {
  return {
    apiVersion: 'vmfabric.io/v1alpha1',
    kind: 'VirtualMachine',
    metadata: { namespace, name },
    spec: {
      memory: { size: '112Mi' },
      kernel: { name: 'small', commandLine: 'console=ttyS0 quiet panic=-1' },
      interfaces: [{ name: 'eth0', network: 'lab' }],
      terminationGracePeriodSeconds: 0,
    },
  };
}
