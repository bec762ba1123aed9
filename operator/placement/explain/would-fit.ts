import type { PlacementEngine, Room } from '../engine/engine.ts';
import type { Gate } from '../gate/gate.ts';
import type { PlacementRequest, Rejection } from '../model/decision.ts';
import type { VmState } from '../model/vm.ts';
import type { Change, PolicyRule, SingleChange, WouldFit } from '../model/would-fit.ts';
import { phraseOf, roundedDown } from './amounts.ts';
import { offerPhrase } from './offers.ts';
import { rulesOf, withoutRule } from './policy-rules.ts';

/** What is told at most; with more it would not be read. */
const told = 3;

/** Changes of one kind that are tried before it is given up: each costs a decision. */
const tried = 6;

/** Of those that rules and room let do, how many are asked about at the gate, and for how many hosts: each costs as much again. */
const asked = 2;
const hostsAsked = 4;

export interface WouldFits {
  offers: WouldFit[];
  /** Where there are none, a change that rules and room would let do, and somebody at the gate would not. */
  barred?: WouldFit;
}

/**
 * Changes that would make the VM fit that was rejected so, of different kinds first; two at once where no single one
 * would. Each has been tried: in the engine as it is, with the change alone, the VM goes to the host that is named, and comes in there by the gate.
 */
export function wouldFit(
  engine: PlacementEngine,
  gate: Gate,
  request: PlacementRequest,
  rejections: readonly Rejection[],
): WouldFits {
  if (gate.refusalAnywhere(request.pool, [request.vm])) return { offers: [] };
  const kinds = [
    () => availabilities(engine, rejections),
    () => rooms(engine, request, rejections),
    () => fields(request.vm),
    () => tolerations(rejections),
    () => rules(engine, request.vm),
    () => (offers.length > 0 ? [] : sizes(engine, request, rejections)),
  ];
  const offers: WouldFit[] = [];
  let barred: WouldFit | undefined;
  for (const changes of kinds) {
    if (offers.length === told) break;
    for (const one of beforeTheGate(engine, request, changes())) {
      const host = hostBeyond(engine, gate, request, one.change);
      if (host !== undefined) {
        offers.push({ ...one, host });
        break;
      }
      barred ??= one;
    }
  }
  if (offers.length > 0) return { offers };
  return barred ? { offers, barred } : { offers: pair(engine, gate, request, rejections) };
}

/** Two changes at once that let the VM come, the first that are found. */
function pair(
  engine: PlacementEngine,
  gate: Gate,
  request: PlacementRequest,
  rejections: readonly Rejection[],
): WouldFit[] {
  const { vm } = request;
  const firsts = [...fields(vm), ...tolerations(rejections).slice(0, 2), ...rules(engine, vm)];
  for (const first of firsts.slice(0, tried)) {
    const changes = seconds(engine, request, first).map((second) => bothOf(first, second));
    for (const one of beforeTheGate(engine, request, changes)) {
      const host = hostBeyond(engine, gate, request, one.change);
      if (host !== undefined) return [{ ...one, host }];
    }
  }
  return [];
}

const bothOf = (first: SingleChange, second: SingleChange): Change => ({
  kind: 'both',
  changes: [first, second],
});

/** What may help once the first change is made: hosts then lack other things. */
function seconds(engine: PlacementEngine, request: PlacementRequest, first: SingleChange): SingleChange[] {
  return engine.trial(() => {
    const changed = { ...request, vm: applied(engine, request.vm, first) };
    const decision = engine.place(changed);
    if (decision.kind === 'placed') return [];
    const { rejections } = decision;
    const ofHosts = [availabilities(engine, rejections), rooms(engine, changed, rejections)];
    return [...ofHosts, tolerations(rejections), fields(changed.vm)].flatMap((some) => some.slice(0, 2));
  });
}

/** Changes by which rules and room let the VM be somewhere. */
function* beforeTheGate(
  engine: PlacementEngine,
  request: PlacementRequest,
  changes: readonly Change[],
): Generator<WouldFit> {
  let found = 0;
  for (const change of changes.slice(0, tried)) {
    const host = engine.trial(
      () => engine.find({ ...request, vm: applied(engine, request.vm, change) })?.host,
    );
    if (host === undefined) continue;
    yield { change, host, text: textOf(change, request.vm) };
    found += 1;
    if (found === asked) return;
  }
}

/** The host to which the VM comes with the change, and nobody objects. */
function hostBeyond(
  engine: PlacementEngine,
  gate: Gate,
  request: PlacementRequest,
  change: Change,
): string | undefined {
  return gate.trial([request], () => {
    const vm = applied(engine, request.vm, change);
    return gate.suppose(request, change) ? gate.find({ ...request, vm }, hostsAsked)?.host : undefined;
  });
}

/** Makes the change in the engine, and returns the VM as it then is. */
export function applied(engine: PlacementEngine, vm: VmState, change: Change): VmState {
  switch (change.kind) {
    case 'both':
      return change.changes.reduce((changed, one) => applied(engine, changed, one), vm);
    case 'available':
    case 'room':
      changeHost(engine, change);
      return vm;
    case 'request': {
      const { [change.field]: _, ...rest } = vm;
      return rest;
    }
    case 'size':
      return { ...vm, requests: change.requests };
    case 'toleration': {
      const taints = engine.host(change.host)?.taints ?? [];
      return { ...vm, tolerations: [...(vm.tolerations ?? []), ...taints] };
    }
    case 'rule': {
      const policies = engine.policiesFor(vm).filter(({ name }) => name === change.policy);
      for (const policy of policies)
        engine.upsertPolicy(withoutRule(policy, change.rule, change.topologyKey));
      return vm;
    }
  }
}

function changeHost(engine: PlacementEngine, change: Change & { kind: 'available' | 'room' }): void {
  const host = engine.host(change.host);
  if (!host) return;
  if (change.kind === 'available') {
    engine.upsertHost({ ...host, available: { yes: true } });
    return;
  }
  const limits: Record<string, number> = { ...host.limits };
  for (const [name, amount] of Object.entries(change.resources)) limits[name] = (limits[name] ?? 0) + amount;
  engine.upsertHost({ ...host, limits });
}

const hostsFor = (rejections: readonly Rejection[], ...codes: Rejection['code'][]) =>
  rejections.filter(({ code }) => codes.includes(code)).flatMap(({ hosts }) => hosts);

function availabilities(engine: PlacementEngine, rejections: readonly Rejection[]): SingleChange[] {
  return hostsFor(rejections, 'Unavailable').flatMap((name) => {
    const available = engine.host(name)?.available;
    return available && !available.yes ? [{ kind: 'available', host: name, reason: available.reason }] : [];
  });
}

/** Of the hosts that lack least of something; first those where it is the smallest part of what they have. */
function rooms(
  engine: PlacementEngine,
  { vm }: PlacementRequest,
  rejections: readonly Rejection[],
): SingleChange[] {
  const missing = rejections.flatMap(({ nearest }) =>
    nearest === undefined ? [] : [missingOn(engine, vm, nearest)],
  );
  missing.sort((a, b) => a.part - b.part || (a.host < b.host ? -1 : 1));
  return missing.flatMap(({ host, resources, part }) =>
    Number.isFinite(part) ? [{ kind: 'room', host, resources }] : [],
  );
}

/** What the host lacks, and the largest part that this is of what it has; infinite when it never had so much to free. */
function missingOn(engine: PlacementEngine, vm: VmState, host: string) {
  const room = engine.room(host);
  const resources: Record<string, number> = {};
  let part = 0;
  for (const [name, amount] of Object.entries(vm.requests)) {
    const { free = 0, limit = 0 } = room[name] ?? {};
    if (amount === 0 || amount <= free) continue;
    resources[name] = amount - free;
    part = Math.max(part, amount <= limit ? (amount - free) / limit : Number.POSITIVE_INFINITY);
  }
  return { host, resources, part };
}

/** For one that is too large for every host: what is free on those that lack least, first where most of it would be left. */
function sizes(
  engine: PlacementEngine,
  { vm }: PlacementRequest,
  rejections: readonly Rejection[],
): SingleChange[] {
  const hosts = new Set(rejections.flatMap(({ nearest }) => nearest ?? []));
  const smaller = [...hosts].map((host) => ({ host, ...fitting(vm, engine.room(host)) }));
  return smaller
    .filter(({ part }) => part > 0)
    .sort((a, b) => b.part - a.part || (a.host < b.host ? -1 : 1))
    .map(({ host, requests }) => ({ kind: 'size', host, requests }));
}

/** What the VM may ask for at most, in round numbers, and the smallest part that this is of what it asks for. */
function fitting({ requests: asked }: VmState, room: Readonly<Record<string, Room>>) {
  const requests: Record<string, number> = { ...asked };
  let part = 1;
  for (const [name, amount] of Object.entries(asked)) {
    const { free = 0 } = room[name] ?? {};
    if (amount === 0 || amount <= free) continue;
    requests[name] = roundedDown(name, free);
    part = Math.min(part, (requests[name] ?? 0) / amount);
  }
  return { requests, part };
}

function fields(vm: VmState): SingleChange[] {
  const all = ['hostSelector', 'hostAffinity', 'needs', 'oneCell'] as const;
  return all.flatMap((field) => (vm[field] === undefined ? [] : [{ kind: 'request', field }]));
}

function tolerations(rejections: readonly Rejection[]): SingleChange[] {
  return hostsFor(rejections, 'Taint').map((host) => ({ kind: 'toleration', host }));
}

function rules(engine: PlacementEngine, vm: VmState): SingleChange[] {
  return engine
    .policiesFor(vm)
    .flatMap((policy) =>
      rulesOf(policy).map((rule) => ({ kind: 'rule' as const, policy: policy.name, ...rule })),
    );
}

function textOf(change: Change, vm: VmState): string {
  switch (change.kind) {
    case 'both':
      return change.changes.map((one) => textOf(one, vm)).join(' and ');
    case 'available':
      return `if ${change.host} took VMs (it ${change.reason})`;
    case 'room': {
      const amounts = Object.entries(change.resources).map(([name, amount]) => phraseOf(name, amount));
      return `with ${amounts.join(' and ')} more free on ${change.host}`;
    }
    case 'size': {
      const less = Object.entries(change.requests).filter(([name, amount]) => amount !== vm.requests[name]);
      const amounts = less.map(([name, amount]) => phraseOf(name, amount));
      return `with at most ${amounts.join(' and ')}, on ${change.host}`;
    }
    case 'request':
      return `without ${fieldPhrase(change.field, vm)}`;
    case 'toleration':
      return `if it tolerated the taints of ${change.host}`;
    case 'rule':
      return `without the ${rulePhrase(change.rule)}${change.topologyKey ? ` over ${change.topologyKey}` : ''} of policy ${change.policy}`;
  }
}

/** As the policy's spec has it. */
const rulePhrase = (rule: PolicyRule) => (rule === 'exclusive' ? 'hostSharing Exclusive' : rule);

function fieldPhrase(field: (Change & { kind: 'request' })['field'], { needs = [] }: VmState): string {
  if (field === 'needs') return needs.map(offerPhrase).join(' and ');
  return field === 'oneCell' ? 'asking for one NUMA cell' : `its ${field}`;
}

/** `It would fit with 1.5Gi of memory more free on a, or without the vmAntiAffinity over zone of policy db.`; empty for none. */
export function wouldFitSentence(found: readonly WouldFit[]): string {
  if (found.length === 0) return '';
  return `It would fit ${found.map(({ text }) => text).join(', or ')}.`;
}
