import type { Clock } from '../../clock.ts';
import { StatsGroup } from '../../facade/constants/index.ts';
import type { TypedParameter } from '../../protocol/typed-parameter.ts';
import type { FakeDomain } from './domain.ts';
import { described } from './registry.ts';

/** A guest is busy all the time, on every vCPU it has. */
export function cpuTimeNanoseconds(domain: FakeDomain, clock: Clock): bigint {
  const ranMs = domain.isActive ? clock.now() - domain.startedAtMs : 0;
  return BigInt(Math.round(ranMs * described(domain).vcpus)) * 1_000_000n;
}

/** Statistics under libvirt's names; what only a running domain has is missing of others. */
export function statsOf(domain: FakeDomain, groups: number, clock: Clock): TypedParameter[] {
  const asked = (group: number, params: TypedParameter[]) =>
    groups === 0 || (groups & group) !== 0 ? params : [];
  const { state, reason } = domain.stateCodes;
  const { maxMemoryKiB, memoryKiB, maxVcpus, vcpus } = described(domain);
  const int = (field: string, value: number): TypedParameter => ({ field, type: 'int', value });
  const uint = (field: string, value: number): TypedParameter => ({ field, type: 'uint', value });
  const ullong = (field: string, value: bigint): TypedParameter => ({ field, type: 'ullong', value });
  return [
    ...asked(StatsGroup.State, [int('state.state', state), int('state.reason', reason)]),
    ...asked(
      StatsGroup.CpuTotal,
      domain.isActive ? [ullong('cpu.time', cpuTimeNanoseconds(domain, clock))] : [],
    ),
    ...asked(StatsGroup.Balloon, [
      ...(domain.isActive ? [ullong('balloon.current', memoryKiB)] : []),
      ullong('balloon.maximum', maxMemoryKiB),
    ]),
    ...asked(StatsGroup.Vcpu, [uint('vcpu.current', vcpus), uint('vcpu.maximum', maxVcpus)]),
  ];
}
