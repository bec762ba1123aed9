import type { HostState } from '../model/host.ts';
import type { Labels } from '../model/selector.ts';
import type { AddAnswer, ChangeAnswer, LoseAnswer, PlaceAnswer } from './answer.ts';
import { findPlaces } from './find-places.ts';
import { type QuestionOf, WhatIfError } from './question.ts';
import type { Supposition } from './supposition.ts';

/** All VMs of the lost hosts are gone before the first of them is placed anew. */
export function lose(supposed: Supposition, question: QuestionOf<'lose'>): LoseAnswer {
  const { engine } = supposed;
  const hosts = supposed.hosts(question.hosts);
  const vms = hosts.flatMap((host) => engine.vmsOn(host));
  for (const { id } of vms) engine.removeVm(id);
  for (const host of hosts) engine.removeHost(host);
  return { kind: 'lose', hosts, ...findPlaces(engine, vms.map(supposed.ask)) };
}

export function place({ engine }: Supposition, { requests }: QuestionOf<'place'>): PlaceAnswer {
  return { kind: 'place', ...findPlaces(engine, requests) };
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
    engine.upsertHost(likeness(state, name, labels));
    hosts.push(name);
  }
  return { kind: 'add', hosts };
}

/** Labels that say the pattern's name, such as kubernetes.io/hostname, say the new one's. */
function likeness(pattern: HostState, name: string, labels: Labels = {}): HostState {
  const own = Object.entries(pattern.labels).map(([key, value]) => [
    key,
    value === pattern.name ? name : value,
  ]);
  return {
    ...{ ...pattern, name, available: { yes: true } },
    labels: { ...(Object.fromEntries(own) as Labels), ...labels },
  };
}

export function change({ engine, pool }: Supposition, question: QuestionOf<'change'>): ChangeAnswer {
  for (const host of question.hosts) engine.upsertHost(host);
  for (const vm of question.vms ?? []) engine.upsertVm(vm);
  const overfull = engine.hostsOf(pool.name).flatMap((host) => {
    const lacking = Object.entries(engine.room(host)).filter(([, { free }]) => free < 0);
    const excess = Object.fromEntries(lacking.map(([name, { free }]) => [name, -free]));
    return lacking.length > 0 ? [{ host, excess }] : [];
  });
  return { kind: 'change', overfull };
}
