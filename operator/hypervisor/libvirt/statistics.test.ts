import { describe, expect, it } from 'vitest';
import { domainStatistics } from './statistics.ts';

const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
const read = (stats: Record<string, bigint | number>) =>
  domainStatistics({ uuid, stats: new Map(Object.entries(stats)) });

describe('the statistics of a domain', () => {
  it('are sums over its vCPUs, and bytes', () => {
    const stats = {
      ...{ 'balloon.current': 1024n, 'balloon.maximum': 2048n, 'balloon.swap_in': 1n },
      ...{ 'vcpu.current': 2, 'vcpu.maximum': 3 },
      ...{ 'vcpu.0.state': 1, 'vcpu.0.time': 3_000n, 'vcpu.0.wait': 5n, 'vcpu.0.delay': 200n },
      ...{ 'vcpu.2.state': 1, 'vcpu.2.time': 4_000n, 'vcpu.2.wait': 6n, 'vcpu.2.delay': 100n },
    };
    expect(read(stats)).toEqual({
      ...{ uuid, ranNs: 7_000, waitedNs: 300 },
      ...{ balloonBytes: 2 ** 20, memoryBytes: 2 ** 21, swappedInBytes: 1024 },
    });
  });

  it('have the wait of a kernel that does not count the delay, and none of one that counts neither', () => {
    const vcpu = { 'vcpu.0.time': 3_000n, 'vcpu.0.delay': 0n };
    expect(read({ ...vcpu, 'vcpu.0.wait': 5n })).toMatchObject({ waitedNs: 5 });
    expect(read({ ...vcpu, 'vcpu.0.wait': 0n })?.waitedNs).toBeUndefined();
    expect(read({ 'vcpu.0.time': 3_000n })).toMatchObject({ ranNs: 3_000 });
  });

  it('are not told of a domain of whose vCPUs libvirt says nothing', () => {
    expect(read({ 'balloon.current': 1024n, 'vcpu.current': 0 })).toBeUndefined();
  });

  it('are none that cannot be true', () => {
    const lies = {
      'vcpu.0.time': -1,
      'vcpu.0.delay': Number.NaN,
      'balloon.current': Number.POSITIVE_INFINITY,
    };
    expect(read({ ...lies, 'balloon.maximum': -5n })).toEqual({ uuid, ranNs: 0 });
  });
});
