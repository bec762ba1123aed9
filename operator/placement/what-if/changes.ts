import type { HostState } from '../model/host.ts';
import type { Labels } from '../model/selector.ts';
import type { AddAnswer, ChangeAnswer, LoseAnswer, PlaceAnswer } from './answer.ts';
import { findPlaces } from './find-places.ts';
import { type QuestionOf, WhatIfError } from './question.ts';
import type { Supposition } from './supposition.ts';

/** VMs of a host that is gone are in no domain and in nobody's way, until they are placed anew. */
export function lose(supposed: Supposition, question: QuestionOf<'lose'>): LoseAnswer {
  const { engine } = supposed;
  const hosts = supposed.hosts(question.hosts);
  const vms = hosts.flatMap((host) => engine.vmsOn(host));
  for (const host of hosts) engine.removeHost(host);
  return {
    kind: 'lose',
    hosts,
    ...findPlaces(supposed, vms.map(supposed.ask), { haveFailed: true }),
  };
}

export function place(supposed: Supposition, { requests, homeless = [] }: QuestionOf<'place'>): PlaceAnswer {
  const found = findPlaces(supposed, requests);
  return { kind: 'place', placed: found.placed, homeless: [...homeless, ...found.homeless] };
}

export function add(supposed: Supposition, { count, like, labels }: QuestionOf<'add'>): AddAnswer {
  const { engine } = supposed;
  if (!(Number.isSafeInteger(count) && count > 0))
    throw new WhatIfError(`${count} hosts cannot be added: give a whole number from 1 on`);
  const [pattern = ''] = supposed.hosts({ hosts: [like] });
  const state = engine.host(pattern) as HostState;
  const hosts: string[] = [];
  for (let number = 1; hosts.length < count; number++) {
    const name = `${like}-new-${number}`;
    if (engine.host(name)) continue;
    engine.upsertHost(supposed.relabelled(newHost(state, name), labelsOf(state, name, labels)));
    supposed.added.set(name, pattern);
    hosts.push(name);
  }
  return { kind: 'add', hosts };
}

/** Labels that say the pattern's name, such as kubernetes.io/hostname, say the new one's. */
function labelsOf(pattern: HostState, name: string, others: Labels = {}): Labels {
  const own = Object.entries(pattern.labels).map(([key, value]) => [
    key,
    value === pattern.name ? name : value,
  ]);
  return { ...(Object.fromEntries(own) as Labels), ...others };
}

/** With the labels of the pattern still. */
function newHost(pattern: HostState, name: string, available: HostState['available'] = { yes: true }) {
  return { ...pattern, name, available };
}

/** What was lost by then stays lost, what is drained stays closed, and VMs are where they have come to. */
export function change(supposed: Supposition, question: QuestionOf<'change'>): ChangeAnswer {
  const { engine } = supposed;
  for (const host of question.hosts) changeHost(supposed, host);
  for (const vm of question.vms ?? []) {
    const now = engine.vm(vm.id);
    if (!now) continue;
    const { guestMemoryBytes: _, ...rest } = now;
    const { requests, guestMemoryBytes } = vm;
    engine.upsertVm({ ...rest, requests, ...(guestMemoryBytes === undefined ? {} : { guestMemoryBytes }) });
  }
  return { kind: 'change', overfull: overfullHosts(supposed) };
}

/** And those that were added in its likeness. */
function changeHost(supposed: Supposition, host: HostState): void {
  const { engine, added } = supposed;
  const now = engine.host(host.name);
  if (now) engine.upsertHost({ ...host, available: now.available });
  for (const [name, pattern] of added) {
    const like = engine.host(name);
    if (pattern !== host.name || !like) continue;
    engine.upsertHost(supposed.relabelled(newHost(host, name, like.available), like.labels));
  }
}

function overfullHosts({ engine, pool }: Supposition): ChangeAnswer['overfull'] {
  return engine.hostsOf(pool.name).flatMap((host) => {
    const lacking = Object.entries(engine.room(host)).filter(([, { free }]) => free < 0);
    const excess = Object.fromEntries(lacking.map(([name, { free }]) => [name, -free]));
    return lacking.length > 0 ? [{ host, excess }] : [];
  });
}
