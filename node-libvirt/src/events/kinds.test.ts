import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Codec } from '../protocol/codec.ts';
import { type EventName, eventMessages } from '../protocol/events.ts';
import { arbitraryOf } from '../testing/random-value.ts';
import { type EventKind, type EventOf, kindOf, kinds, readEvent } from './kinds.ts';

const dom = { name: 'vm', uuid: 'c7a5fdbd-cdaf-9455-926a-d65c16db1809', id: 3 };
const of = { name: dom.name, uuid: dom.uuid };
const callbackId = 0;

describe('kinds of events', () => {
  it('are one for each message of the protocol', () => {
    const names = Object.keys(eventMessages) as EventName[];
    expect(names.map(kindOf).sort()).toEqual(Object.keys(kinds).sort());
  });

  it.each(Object.keys(kinds) as EventKind[])('%s can be read from any message of its type', (kind) => {
    const codec = eventMessages[kinds[kind].message].payload as Codec<unknown>;
    fc.assert(
      fc.property(arbitraryOf(codec), (payload) => {
        const event = readEvent(kind, payload);
        expect(event.kind).toBe(kind);
        expect(Object.values(event)).not.toContain(undefined);
      }),
      { numRuns: 50 },
    );
  });

  it.each<[EventKind, unknown, object]>([
    [
      'block-job',
      { dom, target: 'vda', type: 2, status: 3 },
      { target: 'vda', type: 'Copy', status: 'Ready' },
    ],
    [
      'block-job',
      { dom, target: 'vda', type: 77, status: -1 },
      { type: 'Unrecognized', status: 'Unrecognized' },
    ],
    ['watchdog', { msg: { dom, action: 6 } }, { action: 'InjectNmi' }],
    ['tray-change', { msg: { dom, alias: 'cd', reason: 1 } }, { alias: 'cd', reason: 'Close' }],
    ['balloon-change', { msg: { dom, actualKiB: 2n } }, { memoryBytes: 2048n }],
    ['memory-device-size-change', { dom, alias: 'm', size: 1n }, { sizeBytes: 1024n }],
    [
      'memory-failure',
      { dom, recipient: 1, action: 2, flags: 3 },
      { recipient: 'Guest', action: 'Fatal', flags: 3 },
    ],
    ['metadata-change', { dom, type: 2, uri: 'urn:x' }, { type: 'Element', uri: 'urn:x' }],
    [
      'monitor',
      { dom, event: 'STOP', seconds: 2n, micros: 500, details: '{}' },
      { event: 'STOP', atMs: 2000.5, details: '{}' },
    ],
    [
      'block-threshold',
      { dom, target: 'vda', path: null, threshold: 10n, excess: 5n },
      { target: 'vda', path: null, thresholdBytes: 10n, excessBytes: 5n },
    ],
  ])('%s of %o says %o', (kind, payload, expected) => {
    expect(readEvent(kind, { callbackId, ...(payload as object) })).toMatchObject({
      kind,
      ...of,
      ...expected,
    });
  });

  it('of other things than domains name those', () => {
    const network = { name: 'lan', uuid: dom.uuid };
    expect(readEvent('network-lifecycle', { callbackId, network, event: 2, detail: 0 })).toEqual({
      ...{ kind: 'network-lifecycle', event: 'Started' },
      ...network,
    });
    const secret = { uuid: dom.uuid, usageType: 1, usageId: '/disk' };
    expect(readEvent('secret-value-changed', { callbackId, secret })).toEqual({
      ...{ kind: 'secret-value-changed', uuid: dom.uuid, usageId: '/disk' },
    });
    const device = { name: 'pci_0000' };
    expect(readEvent('node-device-lifecycle', { callbackId, device, event: 1, detail: 0 })).toEqual({
      ...{ kind: 'node-device-lifecycle', name: 'pci_0000', event: 'Deleted' },
    });
  });

  it('have types', () => {
    expectTypeOf<EventOf<'reboot'>>().toEqualTypeOf<{ kind: 'reboot' } & { uuid: string; name: string }>();
    expectTypeOf<EventOf<'tray-change'>['reason']>().toEqualTypeOf<'Open' | 'Close' | 'Unrecognized'>();
  });
});
