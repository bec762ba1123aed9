import { explain, sentence, shortage } from './explain.ts';
import { type Candidate, filters, type Refusal, refusalOf, roomFilters, ruleFilters } from './filters.ts';
import { Inventory, type Usage } from './inventory.ts';
import type { Decision, HostState, PlacedVm, PlacementRequest, Rejection } from './model.ts';
import { gatherRules, type Rules } from './rules.ts';
import { type Scores, scoresOf, strategyOf, total } from './scores.ts';
import { tieBreak } from './tie-break.ts';

interface Choice {
  host: string;
  scores: Scores;
  total: number;
  tie: number;
}

/**
 * Decides which host a VM goes to. Every host of the pool is considered: filters say which ones do, scores which one is
 * best. Pure: the same world and the same request give the same decision, in whatever order the world was told.
 */
export class PlacementEngine {
  readonly #inventory = new Inventory();

  upsertHost(host: HostState): void {
    this.#inventory.upsertHost(host);
  }

  removeHost(name: string): void {
    this.#inventory.removeHost(name);
  }

  upsertVm(vm: PlacedVm): void {
    this.#inventory.upsertVm(vm);
  }

  removeVm(id: string): void {
    this.#inventory.removeVm(id);
  }

  /** Whether the host is there and takes VMs, whatever room it has. */
  takesVms(host: string): boolean {
    return this.#inventory.host(host)?.available.yes === true;
  }

  /** What placed VMs have of the host. */
  usage(host: string): Usage {
    return this.#inventory.usage(host);
  }

  /** The best host for the VM, or why there is none. A VM that has a host already is not counted against itself. */
  place(request: PlacementRequest): Decision {
    const hosts = this.#inventory.hostsOf(request.pool);
    const rules = gatherRules(this.#inventory, request, hosts);
    const strategy = strategyOf(request);
    const refusals = new Map<string, Refusal>();
    let best: Choice | undefined;
    for (const host of hosts) {
      const candidate = this.#candidate(request, rules, host);
      const refusal = refusalOf(candidate, filters);
      if (refusal) refusals.set(host.name, refusal);
      else best = better(best, candidate, scoresOf(candidate, strategy));
    }
    if (best) return { kind: 'placed', host: best.host, scores: best.scores };
    const rejections = explain(refusals);
    return { kind: 'unplaced', rejections, message: sentence(request.pool, hosts.length, rejections) };
  }

  /** The required rule that the VM breaks by being on this host, whatever room there is; undefined when none. */
  check(request: PlacementRequest, hostName: string): Rejection | undefined {
    const host = this.#inventory.host(hostName);
    if (!host) return undefined;
    const hosts = this.#inventory.hostsOf(request.pool);
    const rules = gatherRules(this.#inventory, request, hosts);
    const refusal = refusalOf(this.#candidate(request, rules, host), ruleFilters);
    if (!refusal) return undefined;
    const text = refusal.subject ? `${refusal.singular} ${refusal.subject}` : refusal.singular;
    return { code: refusal.code, hosts: [hostName], text };
  }

  /** What the host lacks for the VM, whatever rules there are: `lacks 1.5Gi of memory`; undefined when nothing. */
  shortageOn(request: PlacementRequest, hostName: string): string | undefined {
    const host = this.#inventory.host(hostName);
    if (!host) return undefined;
    const rules = gatherRules(this.#inventory, { ...request, policies: [] }, []);
    const refusal = refusalOf(this.#candidate(request, rules, host), roomFilters);
    return refusal && shortage(refusal);
  }

  #candidate(request: PlacementRequest, rules: Rules, host: HostState): Candidate {
    return { request, rules, host, usage: this.#usageWithout(host.name, request.vm.id) };
  }

  #usageWithout(host: string, id: string): Usage {
    const usage = this.#inventory.usage(host);
    const own = this.#inventory.vm(id);
    if (own?.host !== host) return usage;
    return { cpu: usage.cpu - own.cpu, memoryBytes: usage.memoryBytes - own.memoryBytes, vms: usage.vms - 1 };
  }
}

function better(best: Choice | undefined, { request, host }: Candidate, scores: Scores): Choice {
  const choice = { host: host.name, scores, total: total(scores), tie: tieBreak(request.vm.id, host.name) };
  if (!best || choice.total > best.total) return choice;
  return choice.total === best.total && choice.tie > best.tie ? choice : best;
}
