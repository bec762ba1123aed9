import type { RecordedCall } from '../../chaos/fault-proxy/recording.ts';
import type { Rule } from '../../chaos/fault-proxy/rule.ts';
import type { HostChange } from './host-proxy.ts';

/** A request to change something: of all in a step that read alike the nth, from 0. */
export interface Write {
  on: 'api' | 'host';
  /** `patch virtualmachines/status calm`, `start default_calm` */
  what: string;
  nth: number;
  /** By the API server, as one that came too late. */
  isRefused: boolean;
}

/** Numbers the writes of one step. */
export function writesOf(calls: readonly RecordedCall[], changes: readonly HostChange[]): Write[] {
  const onApi = calls.map((call) => ({
    ...{ on: 'api' as const, what: whatOfCall(call), isRefused: (call.code ?? 0) >= 300 },
  }));
  const onHosts = changes.map((change) => ({
    ...{ on: 'host' as const, what: whatOfChange(change), isRefused: false },
  }));
  const all = [...onApi, ...onHosts];
  return all.map((write, index) => ({
    ...write,
    nth: all.slice(0, index).filter(({ what }) => what === write.what).length,
  }));
}

function whatOfCall({ verb, resource, subresource, name = '' }: RecordedCall): string {
  return `${verb} ${subresource ? `${resource}/${subresource}` : resource} ${name}`;
}

export const whatOfChange = ({ call, domain }: HostChange) => `${call} ${domain}`;

/** The rule by which the API server does it and whoever asked hears nothing. */
export function loseAnswerTo({ what, nth }: Write): Rule {
  const [verb, kind = '', name = ''] = what.split(' ');
  const [resource = '', subresource = ''] = kind.split('/');
  const match = { verb: verb as 'patch', resource, subresource, name };
  return { match, skip: nth, times: 1, fault: { kind: 'lose-answer', by: 'silence' } };
}

/**
 * For each of twice as many runs as `each` says a write of every step: first those on hosts, then those of VMs on the API
 * server, spread evenly over the step. Hosts' sums are left out, as their order is one of chance.
 */
export function blowsFor(steps: readonly { writes: readonly Write[] }[], each: number): Write[][] {
  const chosen = steps.map(({ writes }) => [
    ...sample(
      writes.filter((write) => write.on === 'host'),
      each,
    ),
    ...sample(
      writes.filter(({ what, isRefused }) => what.includes(' virtualmachines') && !isRefused),
      each,
    ),
  ]);
  return Array.from({ length: 2 * each }, (_, run) => chosen.flatMap((writes) => writes[run] ?? []));
}

function sample<T>(all: readonly T[], count: number): T[] {
  const places = Array.from({ length: count }, (_, index) =>
    Math.floor(((index + 0.5) * all.length) / count),
  );
  return places.flatMap((place) => all[place] ?? []);
}
