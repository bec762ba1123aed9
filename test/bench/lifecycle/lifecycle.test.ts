import { describe, expect, it } from 'vitest';
import type { AuditedWrite } from '../../../hack/control-plane/audit.ts';
import type { VirtualMachine } from '../../../operator/api/virtualmachine.ts';
import { parseStartTimes } from './started-events.ts';
import { JsonDocuments, note, type Seen } from './vm-watch.ts';
import { describeWrite, eventsOf, writesBetween, writesTo } from './writes.ts';

describe("libvirt's events", () => {
  it('tell when each domain was started first, and nothing else', () => {
    const text = `subscribed
2026-01-01 12:00:00.250+0000: event 'lifecycle' for domain 'bench_vm-1': Resumed Unpaused
2026-01-01 12:00:00.500+0000: event 'lifecycle' for domain 'bench_vm-1': Started Booted
2026-01-01 12:00:01.000+0000: event 'lifecycle' for domain 'bench_vm-2': Stopped Destroyed
2026-01-01 12:00:02.000+0000: event 'lifecycle' for domain 'bench_vm-1': Started Booted
`;
    expect([...parseStartTimes(text)]).toEqual([['bench_vm-1', Date.parse('2026-01-01T12:00:00.500Z')]]);
  });
});

describe("kubectl's watch", () => {
  const text = ['first', 'second']
    .map((name) => `${JSON.stringify({ metadata: { name } }, null, 4)}\n`)
    .join('');

  it.each([1, 7, text.length])('is cut into its documents, %i letters at a time', (size) => {
    const documents = new JsonDocuments();
    const chunks = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    const names = chunks
      .flatMap((chunk) => documents.take(chunk))
      .map((one) => (one as VirtualMachine).metadata.name);
    expect(names).toEqual(['first', 'second']);
  });

  it('is noted by the first time that a VM was Ready, and had an address', () => {
    const seen = new Map<string, Seen>();
    const at = (now: number, status: object) =>
      note(seen, { metadata: { name: 'a' }, status } as unknown as VirtualMachine, now);
    at(1, {});
    at(2, { hostName: 'h1', conditions: [{ type: 'Ready', status: 'False' }] });
    at(3, {
      hostName: 'h1',
      conditions: [{ type: 'Ready', status: 'True' }],
      interfaces: [{ addresses: ['fe80::1'] }],
    });
    at(4, { conditions: [{ type: 'Ready', status: 'True' }], interfaces: [{ addresses: ['10.0.0.1'] }] });
    at(5, { conditions: [{ type: 'Ready', status: 'True' }], interfaces: [{ addresses: ['10.0.0.1'] }] });
    expect(seen.get('a')).toEqual({ readyAt: 3, addressAt: 4 });
  });
});

describe('writes', () => {
  const vm = { namespace: 'bench', name: 'vm-1' };
  const at = (second: number, change: Partial<AuditedWrite> = {}): AuditedWrite => ({
    verb: 'patch',
    resource: 'virtualmachines',
    subresource: 'status',
    ...vm,
    user: 'operator',
    userAgent: undefined,
    code: 200,
    time: `2026-01-01T00:00:0${second}.000000Z`,
    ...change,
  });
  const time = (second: number) => Date.parse(at(second).time);

  it('to a VM are counted up to a time, refused ones too', () => {
    const writes = [at(1), at(2, { code: 409 }), at(3), at(4)];
    expect(writesTo(writes, vm, time(3)).map(describeWrite)).toEqual([
      'patch virtualmachines/status vm-1',
      'patch virtualmachines/status vm-1 (409)',
      'patch virtualmachines/status vm-1',
    ]);
  });

  it('to others are not', () => {
    const writes = [at(1, { name: 'vm-11' }), at(1, { namespace: 'other' }), at(1, { resource: 'events' })];
    expect(writesTo(writes, vm, time(9))).toEqual([]);
  });

  it('of events are counted apart, by the VM that they are about', () => {
    const event = (name: string) => at(1, { resource: 'events', name });
    expect(eventsOf([event('vm-1.18a'), event('vm-1.18b'), event('vm-11.18c'), at(1)], vm)).toBe(2);
  });

  it('in a quiet time are all but Leases', () => {
    const writes = [at(1), at(2, { resource: 'leases' }), at(3), at(4, { resource: 'hosts' }), at(6)];
    expect(writesBetween(writes, time(1), time(5)).map(({ resource }) => resource)).toEqual([
      'virtualmachines',
      'hosts',
    ]);
  });
});
