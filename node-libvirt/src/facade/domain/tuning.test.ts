import { describe, expect, it } from 'vitest';
import type { ProcedureName } from '../../protocol/procedures.ts';
import { NumaMode } from '../constants/index.ts';
import type { Domain } from '../domain.ts';
import { dom, sent, uuid } from '../testing/sent.ts';

const params = [{ field: 'cpu_shares', type: 'ullong', value: 1024n } as const];

describe('tuning', () => {
  it('asks for the scheduler at once, as its reply does not tell how many there are', async () => {
    const { calls, result } = await sent('domainGetSchedulerParametersFlags', { params }, (h) =>
      h.domain(uuid).tuning.scheduler({ flags: 1 }),
    );
    expect(calls).toEqual([{ dom, nparams: 16, flags: 1 | 4 }]);
    expect(result).toEqual(new Map([['cpu_shares', 1024n]]));
  });

  it.each<[ProcedureName, (domain: Domain) => Promise<void>, object]>([
    [
      'domainSetSchedulerParametersFlags',
      (d) => d.tuning.setScheduler({ vcpu_quota: -1n }, { flags: 2 }),
      { params: [{ field: 'vcpu_quota', type: 'llong', value: -1n }], flags: 2 },
    ],
    [
      'domainSetBlkioParameters',
      (d) => d.tuning.setBlkio({ weight: 500 }),
      { params: [{ field: 'weight', type: 'uint', value: 500 }], flags: 0 },
    ],
    [
      'domainSetNumaParameters',
      (d) => d.tuning.setNuma({ numa_mode: NumaMode.Interleave, numa_nodeset: '0-1' }),
      {
        params: [
          { field: 'numa_mode', type: 'int', value: 2 },
          { field: 'numa_nodeset', type: 'string', value: '0-1' },
        ],
        flags: 0,
      },
    ],
    [
      'domainSetPerfEvents',
      (d) => d.tuning.setPerfEvents({ cmt: true }),
      { params: [{ field: 'cmt', type: 'boolean', value: true }], flags: 0 },
    ],
    [
      'domainSetInterfaceParameters',
      (d) => d.interface('vnet0').setBandwidth({ 'inbound.average': 1000 }, { flags: 1 }),
      { device: 'vnet0', params: [{ field: 'inbound.average', type: 'uint', value: 1000 }], flags: 1 },
    ],
    [
      'domainSetLaunchSecurityState',
      (d) => d.launchSecurity.setState({ 'sev-secret': 'aGk=' }),
      { params: [{ field: 'sev-secret', type: 'string', value: 'aGk=' }], flags: 0 },
    ],
  ])('sends what %s wants', async (name, act, args) => {
    expect((await sent(name, {}, (h) => act(h.domain(uuid)))).args).toEqual({ dom, ...args });
  });

  it('tells which events are counted', async () => {
    const events = [{ field: 'cmt', type: 'boolean', value: true } as const];
    const { args, result } = await sent('domainGetPerfEvents', { params: events }, (h) =>
      h.domain(uuid).tuning.perfEvents(),
    );
    expect([args, result]).toEqual([{ dom, flags: 0 }, new Map([['cmt', true]])]);
  });

  it('asks for a measurement with those parts of it that are text', async () => {
    const measured = [{ field: 'sev-measurement', type: 'string', value: 'x' } as const];
    const { args, result } = await sent('domainGetLaunchSecurityInfo', { params: measured }, (h) =>
      h.domain(uuid).launchSecurity.info(),
    );
    expect([args.flags, result.get('sev-measurement')]).toEqual([4, 'x']);
  });
});

describe('an interface', () => {
  it('tells what went over it', async () => {
    const counted = { rxBytes: 1n, rxPackets: 2n, txBytes: 5n, txPackets: 6n };
    const ret = { ...counted, rxErrs: 3n, rxDrop: 4n, txErrs: 7n, txDrop: -1n };
    const { args, result } = await sent('domainInterfaceStats', ret, (h) =>
      h.domain(uuid).interface('52:54:00:00:00:01').stats(),
    );
    expect(args).toEqual({ dom, device: '52:54:00:00:00:01' });
    const errors = { rxErrors: 3n, rxDropped: 4n, txErrors: 7n, txDropped: -1n };
    expect(result).toEqual({ ...counted, ...errors });
  });

  it('tells its limits', async () => {
    const limit = [{ field: 'inbound.peak', type: 'uint', value: 5 } as const];
    const { args, result } = await sent('domainGetInterfaceParameters', { params: limit, nparams: 1 }, (h) =>
      h.domain(uuid).interface('vnet0').bandwidth(),
    );
    expect(args).toEqual({ dom, device: 'vnet0', nparams: 1, flags: 4 });
    expect(result.get('inbound.peak')).toBe(5);
  });
});
