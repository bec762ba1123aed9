import { describe, expect, expectTypeOf, it } from 'vitest';
import { eventMessages, eventNameOf } from './events.ts';
import { type Args, procedures, type Ret } from './procedures.ts';
import { Program } from './programs.ts';

describe('table of procedures', () => {
  it('has every number of a program once', () => {
    const keys = Object.values(procedures).map(({ program, number }) => `${program}:${number}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('marks as high what never waits for a guest, and nothing that does', () => {
    expect(procedures.domainDestroyFlags.priority).toBe('high');
    expect(procedures.domainGetState.priority).toBe('high');
    expect(procedures.domainShutdownFlags.priority).toBe('normal');
    expect(procedures.qemuDomainAgentCommand.program).toBe(Program.Qemu);
  });

  it('gives calls their types', () => {
    expectTypeOf<Args<'domainDefineXmlFlags'>>().toEqualTypeOf<{ xml: string; flags: number }>();
    expectTypeOf<Ret<'domainGetState'>>().toEqualTypeOf<{ state: number; reason: number }>();
    expectTypeOf<Args<'connectOpen'>['name']>().toEqualTypeOf<string | null>();
    expectTypeOf<Ret<'domainGetInfo'>['cpuTimeNanoseconds']>().toEqualTypeOf<bigint>();
  });
});

describe('table of events', () => {
  it('finds each by the number of its message', () => {
    for (const [name, { program, number }] of Object.entries(eventMessages))
      expect(eventNameOf(program, number)).toBe(name);
    expect(eventNameOf(Program.Remote, 1)).toBeUndefined();
    expect(eventNameOf(Program.Qemu, eventMessages.lifecycle.number)).toBeUndefined();
    expect(eventNameOf(Program.Keepalive, eventMessages.lifecycle.number)).toBeUndefined();
  });
});
