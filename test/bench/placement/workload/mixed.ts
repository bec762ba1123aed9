import { seeded } from '../../../../operator/kube/testing/seeded.ts';
import {
  hostnameKey,
  type Labels,
  rackKey,
  type Workload,
  type WorkloadEvent,
  type WorkloadHost,
  type WorkloadRule,
  type WorkloadVm,
  zoneKey,
} from './model.ts';

/** What an engine may not know of. */
export type Feature = 'taints' | 'exclusive' | 'domainLimits' | 'devices';

export interface MixedOptions {
  hosts: number;
  events: number;
  seed: number;
  /** Without these. */
  without?: readonly Feature[];
}

const apps = ['web', 'db', 'cache', 'batch'];
const namespaces = ['shop', 'bank'];
const keys = [hostnameKey, rackKey, zoneKey];

/** Draws; each is made by chance, the same for the same seed. */
class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  number(below: number): number {
    return Math.floor(this.#random() * below);
  }

  one<T>(from: readonly T[]): T {
    return from[this.number(from.length)] as T;
  }

  /** What is made, one time in so many; else nothing. */
  oneIn<T extends object>(times: number, make: () => T): T | object {
    return this.number(times) === 0 ? make() : {};
  }
}

/**
 * Few hosts, small ones, and VMs under every kind of rule at once that come and go by chance: nothing like a datacenter,
 * but where rules meet that nobody would think of together.
 */
export function makeMixed({ hosts, events, seed, without = [] }: MixedOptions): Workload {
  const dice = new Dice(seed);
  const has = (feature: Feature) => !without.includes(feature);
  return {
    hosts: Array.from({ length: hosts }, (_, index) => makeHost(index, dice, has)),
    rules: namespaces.flatMap((namespace) => apps.map((app) => makeRule(namespace, app, dice, has))),
    events: makeEvents(events, dice, has),
  };
}

type Has = (feature: Feature) => boolean;

const dedicated = [{ key: 'dedicated', value: 'db' }];

function makeHost(index: number, dice: Dice, has: Has): WorkloadHost {
  const name = `host-${index + 1}`;
  const labels = {
    ...{ [hostnameKey]: name, [zoneKey]: `zone-${index % 3}`, disk: dice.one(['nvme', 'ssd']) },
    // Some stand in no rack.
    ...(dice.number(8) === 0 ? {} : { [rackKey]: `rack-${index % 5}` }),
  };
  return {
    ...{ name, labels },
    limits: {
      cpu: 2 + dice.number(8),
      memory: 4 + dice.number(12),
      ...(has('devices') ? { gpu: dice.number(3) } : {}),
    },
    ...(has('taints') ? dice.oneIn(5, () => ({ taints: dedicated })) : {}),
  };
}

function makeRule(namespace: string, app: string, dice: Dice, has: Has): WorkloadRule {
  const others = () => dice.oneIn(2, (): { others: Labels } => ({ others: { app: dice.one(apps) } }));
  const topologyKey = () => dice.one(keys);
  return {
    ...{ name: app, namespace, selects: { app } },
    ...dice.oneIn(2, () => ({ antiAffinity: [{ topologyKey: topologyKey(), ...others() }] })),
    ...dice.oneIn(4, () => ({ affinity: [{ topologyKey: topologyKey(), ...others() }] })),
    ...dice.oneIn(2, () => ({ spread: [{ topologyKey: topologyKey(), maxSkew: 1 + dice.number(2) }] })),
    ...(has('exclusive') ? dice.oneIn(6, () => ({ exclusive: true })) : {}),
    ...(has('domainLimits')
      ? dice.oneIn(4, () => ({
          domainLimits: [{ topologyKey: topologyKey(), maxDomains: 1 + dice.number(4) }],
        }))
      : {}),
  };
}

function makeEvents(count: number, dice: Dice, has: Has): WorkloadEvent[] {
  const alive: string[] = [];
  return Array.from({ length: count }, (_, index): WorkloadEvent => {
    if (alive.length > 0 && dice.number(3) === 0) {
      const [id = ''] = alive.splice(dice.number(alive.length), 1);
      return { kind: 'delete', id };
    }
    const vm = makeVm(index, dice, has);
    alive.push(vm.id);
    return { kind: 'create', vm };
  });
}

function makeVm(index: number, dice: Dice, has: Has): WorkloadVm {
  const namespace = dice.one(namespaces);
  return {
    ...{ id: `${namespace}/vm-${index + 1}`, namespace, labels: { app: dice.one(apps) } },
    requests: {
      ...{ cpu: 1 + dice.number(2), memory: 1 + dice.number(3) },
      ...(has('devices') ? dice.oneIn(6, () => ({ gpu: 1 })) : {}),
    },
    ...dice.oneIn(4, () => ({ hostLabels: { disk: dice.one(['nvme', 'ssd']) } })),
    ...(has('taints') ? dice.oneIn(3, () => ({ tolerations: dedicated })) : {}),
  };
}
