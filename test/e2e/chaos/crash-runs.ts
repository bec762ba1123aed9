import { isDeepStrictEqual } from 'node:util';
import type { OperatorProcess } from '../../../hack/start/operator-process.ts';
import { waitFor } from '../../../hack/wait.ts';
import { hostPools, hosts, virtualMachines } from '../../../operator/api/kinds.ts';
import type { VirtualMachine } from '../../../operator/api/virtualmachine.ts';
import type { ApplyObject } from '../../../operator/kube/cluster.ts';
import { leaseType } from '../../../operator/kube/lease-object.ts';
import type { FaultProxy } from '../../chaos/fault-proxy/fault-proxy.ts';
import type { Client } from '../../integration/kube-client.ts';
import { addressesOf, labVm, onHost } from '../fabric-kit.ts';
import type { DomainWatch } from './domain-watch.ts';
import type { HostProxies } from './host-proxies.ts';
import { loseAnswerTo, type Write, whatOfChange, writesOf } from './write.ts';

/** What a step came to. */
interface StepOutcome {
  picture: object;
  /** All that the operator asked for, Leases aside. */
  writes: readonly Write[];
}

/** What a run came to. */
export interface Outcome {
  steps: readonly StepOutcome[];
  /** How often each thing happened to each domain, by libvirt's own events. */
  domainEvents: Record<string, number>;
}

interface Parts {
  admin: Client;
  api: FaultProxy;
  hosts: HostProxies;
  watch: DomainWatch;
  /** Reaches the API server and the hosts through the proxies; runs. */
  operator: OperatorProcess;
  lease: { namespace: string; name: string };
}

const namespace = 'default';
/** Kinds of which a quiet operator may write. */
const restless = ['leases'];
/** Longer than anything takes that is still to come of a step: wake-ups, a look at the guest, the hosts' sums. */
const quietMs = 3_000;
const patience = { timeoutMs: 60_000, everyMs: 100 };

/** In order: what the user asks of both VMs, and what they are then. */
const steps = ['Running', 'Stopped', 'Gone'] as const;
type Step = (typeof steps)[number];

/**
 * Leads two VMs through their lives, and kills the operator meanwhile. Of the two `calm` shuts down when it is asked to,
 * and `harsh`, which is given no time for that, is powered off.
 */
export class CrashRuns {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Both VMs are made and run, are stopped, and are deleted; each step is over when the operator has nothing more to do.
   * With `blows` the operator is killed in each step right after that write and started again, and each step ends as it
   * did in `reference`.
   * @throws Error when it does not, or the write never comes
   */
  async run(disturbed?: { reference: Outcome; blows: readonly Write[] }): Promise<Outcome> {
    // Before its host is connected a VM says first that it waits.
    await this.#parts.hosts.connected();
    await this.#quiet();
    this.#parts.watch.events.length = 0;
    const outcomes: StepOutcome[] = [];
    for (const [index, step] of steps.entries()) {
      const wanted = disturbed?.reference.steps[index]?.picture;
      const blow = disturbed?.blows[index];
      if (wanted && blow) await this.#disturb(step, wanted, blow);
      else await this.#settle(step);
      outcomes.push({ picture: await this.#picture(), writes: this.#writes() });
    }
    await this.#quiet(); // whatever else was done would be in the events as well
    return { steps: outcomes, domainEvents: this.#parts.watch.counts() };
  }

  async #disturb(step: Step, wanted: object, blow: Write): Promise<void> {
    this.#forget();
    let isBack = false;
    void this.#killAfter(blow).then(() => {
      isBack = true;
    });
    await this.#ask(step);
    await waitFor(`the operator to be killed after ${blow.what}, and back`, () => isBack, patience);
    await this.#reach(wanted);
  }

  async #settle(step: Step): Promise<void> {
    this.#forget();
    await this.#ask(step);
    await this.#reached(step);
    await this.#quiet();
  }

  async #ask(step: Step): Promise<void> {
    if (step === 'Gone') return this.#deleteBoth();
    const runStrategy = step === 'Running' ? 'Always' : 'Halted';
    // Each on a host of its own: where a scheduler would put them depends on how busy the hosts are.
    const [one = '', other = ''] = this.#parts.hosts.each.map(({ host }) => host.name);
    await this.#apply('calm', { runStrategy, ...onHost(one) });
    await this.#apply('harsh', {
      ...{ runStrategy, ...onHost(other), interfaces: [], terminationGracePeriodSeconds: 0 },
    });
  }

  async #apply(name: string, spec: object): Promise<void> {
    const vm = labVm(name, spec) as ApplyObject;
    await this.#parts.admin.cluster.apply(virtualMachines, vm, { fieldManager: 'user', force: true });
  }

  async #deleteBoth(): Promise<void> {
    const { cluster } = this.#parts.admin;
    const { items } = await cluster.list(virtualMachines, { namespace });
    for (const { metadata } of items) await cluster.delete(virtualMachines, metadata);
  }

  /** Resolves when the operator runs again and has found its hosts. @throws Error when the write does not come */
  async #killAfter(blow: Write): Promise<void> {
    const { api, hosts: proxies, operator } = this.#parts;
    const struck =
      blow.on === 'api'
        ? api.add(loseAnswerTo(blow)).fired
        : proxies.keepAnswerBack((change) => whatOfChange(change) === blow.what, blow.nth);
    await struck;
    await operator.kill('SIGKILL');
    // The dead hold theirs for 15 s more, in which nothing happens.
    await this.#dropLease();
    await operator.start();
    await proxies.connected();
  }

  async #dropLease(): Promise<void> {
    const { admin, lease } = this.#parts;
    const { uid } = (await admin.cluster.get(leaseType, lease)).metadata;
    await admin.cluster.delete(leaseType, { ...lease, uid });
  }

  async #reached(step: Step): Promise<void> {
    const isThere = (vm: VirtualMachine) =>
      vm.status?.powerState === step &&
      (step !== 'Running' || vm.metadata.name !== 'calm' || addressesOf(vm).length > 0);
    const all = async () => {
      const { items } = await this.#parts.admin.cluster.list(virtualMachines, { namespace });
      return step === 'Gone' ? items.length === 0 : items.length === 2 && items.every(isThere);
    };
    await waitFor(`both VMs to be ${step}`, all, patience);
  }

  async #reach(wanted: object): Promise<void> {
    let seen: object = {};
    const isThere = async () => {
      seen = await this.#picture();
      return isDeepStrictEqual(seen, wanted);
    };
    await waitFor('the same picture', isThere, patience).catch(() => {
      throw new Error(`it ends in ${JSON.stringify(seen)}, and should in ${JSON.stringify(wanted)}`);
    });
  }

  /** Waits until the operator has asked for no change for as long as that. */
  async #quiet(): Promise<void> {
    let count = -1;
    let since = 0;
    const isQuiet = () => {
      const now = this.#writes().length;
      if (now !== count) [count, since] = [now, performance.now()];
      return performance.now() - since >= quietMs;
    };
    await waitFor(`no write for ${quietMs} ms`, isQuiet, patience);
  }

  #writes(): Write[] {
    const { api, hosts: proxies } = this.#parts;
    return writesOf(api.recording.writes(restless), proxies.changes);
  }

  /** All that matters of the API and the hosts, less what differs from run to run: uids, versions, times, how busy a host is. */
  async #picture(): Promise<object> {
    const { admin, watch } = this.#parts;
    const [vms, pools, machines, domains] = await Promise.all([
      admin.cluster.list(virtualMachines, { namespace }),
      admin.cluster.list(hostPools),
      admin.cluster.list(hosts),
      watch.domains(),
    ]);
    return {
      vms: vms.items.map(({ metadata, status = { conditions: [] } }) => ({
        ...{ name: metadata.name, finalizers: metadata.finalizers, isPlaced: status.hostName !== undefined },
        ...{ power: status.powerState, addresses: status.interfaces?.map((one) => one.addresses?.length) },
        conditions: conditionsOf(status),
      })),
      pools: pools.items.map(({ status }) => [status?.hosts, status?.virtualMachines, conditionsOf(status)]),
      hosts: machines.items.map(({ metadata: { name }, status }) => [
        name,
        conditionsOf(status),
        status?.allocated,
      ]),
      domains: domains.map(({ name, state }) => `${name} ${state}`).sort(),
    };
  }

  #forget(): void {
    const { api, hosts: proxies } = this.#parts;
    api.rules.clear();
    api.recording.clear();
    proxies.forget();
  }
}

interface Conditioned {
  conditions?: { type: string; status: string; reason: string }[] | undefined;
}

function conditionsOf(status: Conditioned | undefined): string[] | undefined {
  const lasting = status?.conditions?.filter(({ type }) => type !== 'Contended');
  return lasting?.map(({ type, status: value, reason }) => `${type} ${value} ${reason}`);
}
