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

const vmMs: number[] = [];
const hostMs: number[] = [];
let created = spec.vms;

function time(into: number[], change: () => void): void {
  const from = performance.now();
  change();
  // What is asked after each change; without it a plan might put off its work.
  if (plan.unprotected.length > spec.vms + spec.changes)
    throw new Error('more VMs are unprotected than there are');
  into.push(performance.now() - from);
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
  time(vmMs, () => plan.removeVm(gone.id));
  const vm = makeVm(created++);
  vms[at] = vm;
  time(vmMs, () => plan.upsertVm(vm));
}

/** A host is cordoned, or lost for a while. */
function changeHost(isLost: boolean): void {
  const host = any(hosts);
  time(hostMs, () => (isLost ? plan.removeHost(host.name) : plan.upsertHost(spare(host, false))));
  time(hostMs, () => plan.upsertHost(spare(host)));
}

for (let change = 0; change < spec.changes; change++) {
  if (change % 20 === 0) changeHost(change % 40 === 0);
  else replaceVm();
}

const planned = vms.map((vm) => ({ ...vm, targets: plan.targetsOf(vm.id) }));
answer({
  ...{ buildSeconds, unprotected: plan.unprotected.length },
  ...{ vmP50Ms: percentile(vmMs, 50), vmP99Ms: percentile(vmMs, 99), vmMaxMs: percentile(vmMs, 100) },
  ...{
    hostP50Ms: percentile(hostMs, 50),
    hostP99Ms: percentile(hostMs, 99),
    hostMaxMs: percentile(hostMs, 100),
  },
  stranded: strandedBy(
    hosts.map((host) => ({ name: host.name, domain: domainOf(host), limits: limitsOf(host) })),
    planned,
    { failures: spec.failures, tries: 300, random },
  ),
});
