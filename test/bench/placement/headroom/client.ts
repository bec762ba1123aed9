import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { seeded } from '../../../../operator/kube/testing/seeded.ts';
import type { ProtectedVm } from '../../../../operator/placement/reserve/failover.ts';
import { FailoverPlan } from '../../../../operator/placement/reserve/failover-plan.ts';
import { answer } from '../../answer.ts';
import { percentile } from '../../samples.ts';
import { makeHosts } from '../workload/hosts.ts';
import type { WorkloadHost } from '../workload/model.ts';
import { drawSize } from '../workload/tenants.ts';
import { strandedBy } from './stranded.ts';

export interface HeadroomSpec {
  hosts: number;
  vms: number;
  failures: number;
  topologyKey: string;
  changes: number;
}

/* Plans for failures of hosts or racks, makes one change after the other, and times each until the plan is mended. */

const spec = JSON.parse(process.argv[2] ?? '{}') as HeadroomSpec;
const random = seeded(1);
const hosts = makeHosts(spec.hosts);
const dimensions = ['cpu', 'memory'];
const domainOf = ({ labels }: WorkloadHost) => labels[spec.topologyKey] ?? '';
const limitsOf = ({ limits }: WorkloadHost) => dimensions.map((name) => limits[name] ?? 0);
const any = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

const plan = new FailoverPlan({ failures: spec.failures, dimensions: dimensions.length });
const used = new Map(hosts.map(({ name }) => [name, [0, 0]]));

/** A VM of one of Azure's sizes on a host that has room for it beside a fifth that stays free. */
function makeVm(number: number): ProtectedVm {
  const { cpu, memoryGiB } = drawSize(random());
  const sizes = [cpu, memoryGiB * 2 ** 30];
  for (;;) {
    const host = any(hosts);
    const there = used.get(host.name) ?? [];
    if (sizes.some((size, d) => (there[d] ?? 0) + size > 0.8 * (limitsOf(host)[d] ?? 0))) continue;
    used.set(
      host.name,
      sizes.map((size, d) => (there[d] ?? 0) + size),
    );
    return { id: `vm-${number}`, host: host.name, sizes };
  }
}

const spare = (host: WorkloadHost, takesVms = true) => ({
  ...{ name: host.name, domain: domainOf(host), limits: limitsOf(host), takesVms },
});

const vms: ProtectedVm[] = [];
const begin = performance.now();
for (const host of hosts) plan.upsertHost(spare(host));
for (let number = 0; number < spec.vms; number++) {
  const vm = makeVm(number);
  vms.push(vm);
  plan.upsertVm(vm);
}
if (!plan.isSettled) throw new Error('the plan is not made yet');
const buildSeconds = (performance.now() - begin) / 1e3;

interface Span {
  from: number;
  ms: number;
}

const vmChanges: Span[] = [];
const hostChanges: Span[] = [];
/** When garbage was collected. */
const collections: Span[] = [];
const note = (entries: readonly PerformanceEntry[]) => {
  for (const { startTime, duration } of entries) collections.push({ from: startTime, ms: duration });
};
const observer = new PerformanceObserver((list) => note(list.getEntries()));
observer.observe({ entryTypes: ['gc'] });
let created = spec.vms;

function time(into: Span[], change: () => void): void {
  const from = performance.now();
  change();
  // What is asked after each change; without it a plan might put off its work.
  if (plan.unprotected.length > spec.vms + spec.changes)
    throw new Error('more VMs are unprotected than there are');
  into.push({ from, ms: performance.now() - from });
}

/** One VM ends and another comes. */
function replaceVm(): void {
  const at = Math.floor(random() * vms.length);
  const gone = vms[at] as ProtectedVm;
  const there = used.get(gone.host) ?? [];
  used.set(
    gone.host,
    there.map((amount, d) => amount - (gone.sizes[d] ?? 0)),
  );
  time(vmChanges, () => plan.removeVm(gone.id));
  const vm = makeVm(created++);
  vms[at] = vm;
  time(vmChanges, () => plan.upsertVm(vm));
}

/** A host is cordoned, or lost for a while. */
function changeHost(isLost: boolean): void {
  const host = any(hosts);
  time(hostChanges, () => (isLost ? plan.removeHost(host.name) : plan.upsertHost(spare(host, false))));
  time(hostChanges, () => plan.upsertHost(spare(host)));
}

for (let change = 0; change < spec.changes; change++) {
  if (change % 20 === 0) changeHost(change % 40 === 0);
  else replaceVm();
}

/** Percentiles of how long the changes took, and how much of the longest was the collection of garbage. */
function summary(changes: readonly Span[]) {
  const all = changes.map(({ ms }) => ms);
  const longest = changes.reduce((a, b) => (b.ms > a.ms ? b : a));
  const collected = collections.map(({ from, ms }) =>
    Math.max(0, Math.min(from + ms, longest.from + longest.ms) - Math.max(from, longest.from)),
  );
  return {
    ...{ p50: percentile(all, 50), p99: percentile(all, 99), max: longest.ms },
    collectedInMax: collected.reduce((sum, ms) => sum + ms, 0),
  };
}

// Collections are told by the event loop, which has had no turn.
await setImmediate();
note(observer.takeRecords());
observer.disconnect();
const [vm, host] = [summary(vmChanges), summary(hostChanges)];

const planned = vms.map((vm) => ({ ...vm, targets: plan.targetsOf(vm.id) }));
answer({
  ...{ buildSeconds, unprotected: plan.unprotected.length },
  ...{ vmP50Ms: vm.p50, vmP99Ms: vm.p99, vmMaxMs: vm.max, vmMaxGcMs: vm.collectedInMax },
  ...{ hostP50Ms: host.p50, hostP99Ms: host.p99, hostMaxMs: host.max, hostMaxGcMs: host.collectedInMax },
  stranded: strandedBy(
    hosts.map((host) => ({ name: host.name, domain: domainOf(host), limits: limitsOf(host) })),
    planned,
    { failures: spec.failures, tries: 300, random },
  ),
});
