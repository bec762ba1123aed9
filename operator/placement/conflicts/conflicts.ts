import type { Policy } from '../model/policy.ts';
import type { VmState } from '../model/vm.ts';
import { contradiction, implies } from './contradiction.ts';
import { hostname, isInside, mayConflict, requiredHosts, type Traits, traitsOf } from './traits.ts';

/** What two policies, or one with itself, ask of a VM that both bear on, and that cannot be had together. */
export interface Conflict {
  policies: readonly [string, string];
  /** Whether it leaves no host; else it has been settled by a rule, of which the text tells. */
  isFatal: boolean;
  /** A clause: `no host has a label disk as both ask for`. */
  text: string;
}

/** The conflicts between policies of which each bears on one and the same VM; only what is certain from their words. */
export function conflictsAmong(policies: readonly Policy[]): Conflict[] {
  return policies.flatMap((one, at) => policies.slice(at).flatMap((other) => conflictsBetween(one, other)));
}

/** The first of them that leaves no host. Of a thousand policies, half a million pairs, few are read. */
export function fatalAmong(policies: readonly Policy[]): Conflict | undefined {
  const areHostsToBeHad = contradiction(policies.flatMap(requiredHosts)) === undefined;
  const traits = policies.map((policy) => {
    const { strategy: _, ...fatal } = traitsOf(policy);
    return { ...fatal, strategy: undefined, ...(areHostsToBeHad ? { hosts: '' } : {}) };
  });
  for (const [at, one] of policies.entries())
    for (let and = at; and < policies.length; and++) {
      if (and !== at && !mayConflict(traits[at] as Traits, traits[and] as Traits)) continue;
      const fatal = conflictsBetween(one, policies[and] as Policy).find(({ isFatal }) => isFatal);
      if (fatal) return fatal;
    }
  return undefined;
}

/** The first label by which what the VM asks of its host contradicts its policies, or these each other. */
export function hostContradiction(vm: VmState, policies: readonly Policy[]): string | undefined {
  const asked = [...(vm.hostSelector ? [vm.hostSelector] : []), ...policies.flatMap(requiredHosts)];
  const ways = (vm.hostAffinity?.required ?? [{}]).map((selector) => contradiction([selector, ...asked]));
  return ways.every((key) => key !== undefined) ? ways[0] : undefined;
}

/** Between two policies in either order, or in one when both are the same. Most pairs are let go without a look at their words. */
export function conflictsBetween(one: Policy, other: Policy): Conflict[] {
  const isOne = one.name === other.name;
  if (!isOne && !mayConflict(traitsOf(one), traitsOf(other))) return [];
  const directions: (readonly [Policy, Policy])[] = isOne
    ? [[one, one]]
    : [
        [one, other],
        [other, one],
      ];
  const both = [
    hostConflict(one, other),
    ...(isOne ? [crampedGang(one)] : [gangs(one, other), strategies(one, other)]),
  ];
  const each = directions.flatMap(([a, b]) => [apartAndTogether(a, b), alone(a, b)]);
  return [...both, ...each].flatMap((found) =>
    found ? [{ policies: [one.name, other.name], ...found }] : [],
  );
}

type Finding = Omit<Conflict, 'policies'> | undefined;
const fatal = (text: string): Finding => ({ isFatal: true, text });

function hostConflict(one: Policy, other: Policy): Finding {
  const key = contradiction([...requiredHosts(one), ...requiredHosts(other)]);
  // What is wrong within one of them is said of that one.
  const isOwn =
    one.name !== other.name && [one, other].some((policy) => contradiction(requiredHosts(policy)));
  return key === undefined || isOwn
    ? undefined
    : fatal(`no host can have the label ${key} as hostAffinity asks`);
}

function gangs(one: Policy, other: Policy): Finding {
  return one.gang && other.gang ? fatal('a VM can be of one gang only') : undefined;
}

/** More members at once than there may be domains, of which each may have one. */
function crampedGang(policy: Policy): Finding {
  const { vmSelector, gang, domainLimits = [] } = policy;
  const cramped = domainLimits.find(
    ({ topologyKey, maxDomains }) =>
      gang &&
      gang.minMembers > maxDomains &&
      traitsOf(policy).apart.some(
        (term) => term.topologyKey === topologyKey && implies(vmSelector, term.vmSelector ?? vmSelector),
      ),
  );
  return (
    cramped &&
    fatal(
      `a gang of ${gang?.minMembers} that must be apart over ${cramped.topologyKey} may use ${cramped.maxDomains} of them`,
    )
  );
}

function strategies(one: Policy, other: Policy): Finding {
  if (!one.strategy || !other.strategy || one.strategy === other.strategy) return undefined;
  const first = one.name < other.name ? one : other;
  return { isFatal: false, text: `strategies differ; that of ${first.name} counts, which is first by name` };
}

/** Affinity to VMs that anti-affinity keeps away: the selector of the one says no more than that of the other. */
function apartAndTogether(together: Policy, apart: Policy): Finding {
  for (const near of traitsOf(together).together) {
    const company = near.vmSelector ?? together.vmSelector;
    const clash = traitsOf(apart).apart.find((far) => {
      const shunned = far.vmSelector ?? apart.vmSelector;
      if (!isInside(near, far)) return false;
      const isShunned = () => implies(company, apart.vmSelector) && implies(together.vmSelector, shunned);
      return implies(company, shunned) || isShunned();
    });
    if (clash)
      return fatal(
        `vmAffinity over ${near.topologyKey} wants VMs together that vmAntiAffinity over ${clash.topologyKey} keeps apart`,
      );
  }
  return undefined;
}

/** Affinity on the same host to VMs that an exclusive policy cannot have there. */
function alone(exclusive: Policy, other: Policy): Finding {
  if (!exclusive.exclusive) return undefined;
  const others = traitsOf(other).together.find(
    (term) =>
      term.topologyKey === hostname &&
      contradiction([exclusive.vmSelector, term.vmSelector ?? other.vmSelector]) !== undefined,
  );
  return (
    others && fatal('vmAffinity wants to be on a host with VMs that hostSharing Exclusive keeps from it')
  );
}
