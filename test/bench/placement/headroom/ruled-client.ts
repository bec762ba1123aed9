import { seeded } from '../../../../operator/kube/testing/seeded.ts';
import { PlacementEngine } from '../../../../operator/placement/engine/engine.ts';
import { Gate } from '../../../../operator/placement/gate/gate.ts';
import type { PlacedVm, VmState } from '../../../../operator/placement/model/vm.ts';
import { FailureReserve } from '../../../../operator/placement/reserve/failure-reserve.ts';
import { reserveReviewer } from '../../../../operator/placement/reserve/reviewer.ts';
import { policy, required, vm } from '../../../../operator/placement/testing/small-world.ts';
import { answer } from '../../answer.ts';
import { percentile } from '../../samples.ts';
import { makeHosts } from '../workload/hosts.ts';
import { hostnameKey, rackKey, type WorkloadHost } from '../workload/model.ts';

export interface RuledSpec {
  hosts: number;
  /** That share one required rule: spread over racks, or on a host each. */
  vms: number;
  rule: 'spread' | 'apart';
  changes: number;
}

/* A pool that keeps room for one host, and whose VMs have a required rule: how long it takes to place one, and to report. */

const spec = JSON.parse(process.argv[2] ?? '{}') as RuledSpec;
const random = seeded(1);
const hosts = makeHosts(spec.hosts);
const engine = new PlacementEngine();
const reserve = new FailureReserve(engine, { pool: 'default', failures: 1, topologyKey: hostnameKey });
const gate = new Gate(engine, [reserveReviewer(reserve)]);
const request = (of: VmState) => ({ vm: of, pool: 'default', strategy: 'Spread' as const });
const labels = { app: 'ruled' };
const rules = {
  spread: { topologySpread: [{ topologyKey: rackKey, maxSkew: 1, enforcement: required }] },
  apart: { vmAntiAffinity: [{ topologyKey: hostnameKey, enforcement: required }] },
};

function tellHost({ name, labels: of, limits }: WorkloadHost): void {
  engine.upsertHost({ name, pool: 'default', labels: of, limits, available: { yes: true } });
  reserve.upsertHost({ name, labels: of, limits, takesVms: true, traits: '' });
}

function put(placed: PlacedVm): void {
  engine.upsertVm(placed);
  reserve.upsertVm(placed);
}

function remove(id: string): void {
  engine.removeVm(id);
  reserve.removeVm(id);
}

/** Milliseconds. */
function timed(action: () => void): number {
  const from = performance.now();
  action();
  return performance.now() - from;
}

const make = (number: number) => vm(`vm-${number}`, { labels, cpu: 1 + (number % 3) });

for (const host of hosts) tellHost(host);
engine.upsertPolicy(policy(labels, rules[spec.rule]));
const ids: string[] = [];
for (let number = 0; number < spec.vms; number++) {
  const host = engine.find(request(make(number)))?.host;
  if (host === undefined) throw new Error(`vm-${number} fits nowhere`);
  put({ ...make(number), host });
  ids.push(make(number).id);
}

const report = () => void reserve.report();
const firstMs = timed(report);
const decisions: number[] = [];
const comings: number[] = [];
const goings: number[] = [];
const hostChanges: number[] = [];
for (let change = 0; change < spec.changes; change++) {
  const of = make(spec.vms + change);
  let host: string | undefined;
  const decision = timed(() => {
    const best = engine.find(request(of));
    const found = best && gate.choose(request(of), best);
    host = found?.kind === 'placed' ? found.host : undefined;
  });
  decisions.push(decision);
  if (host !== undefined) {
    const placed = { ...of, host };
    comings.push(timed(() => [put(placed), report()]));
    ids.push(of.id);
  }
  const [gone = ''] = ids.splice(Math.floor(random() * ids.length), 1);
  goings.push(timed(() => [remove(gone), report()]));
  if (change % 10 > 0) continue;
  const lost = hosts[Math.floor(random() * hosts.length)] as WorkloadHost;
  hostChanges.push(timed(() => [engine.removeHost(lost.name), reserve.removeHost(lost.name), report()]));
  hostChanges.push(timed(() => [tellHost(lost), report()]));
}

answer({
  ...{ firstMs, decisionP50Ms: percentile(decisions, 50), decisionP99Ms: percentile(decisions, 99) },
  ...{ comingP50Ms: percentile([0, ...comings], 50), goingP50Ms: percentile(goings, 50) },
  ...{ goingMaxMs: Math.max(...goings), hostMaxMs: Math.max(...hostChanges) },
});
