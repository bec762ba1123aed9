import { describe, expect, it } from 'vitest';
import type { Outcome, WorkloadVm } from '../workload/model.ts';
import { fitsIn } from './hspace.ts';
import { roomFor } from './room.ts';

const hosts = ['a', 'b'].map((name) => ({ name, labels: {}, limits: { cpu: 8, memory: 10 } }));
const vm: WorkloadVm = { id: 'n/x', namespace: 'n', labels: {}, requests: { cpu: 1, memory: 6 } };
const placed: Outcome = { kind: 'placed', vm, host: 'a' };

describe('what is added up by hand', () => {
  it('is the room of each host by its scarcest resource', () => {
    expect(roomFor({ cpu: 2, memory: 2 }, hosts, [])).toBe(8);
    expect(roomFor({ cpu: 2, memory: 2 }, hosts, [placed, { kind: 'refused', vm }])).toBe(6);
    expect(roomFor({ cpu: 2, memory: 5 }, hosts, [placed])).toBe(2);
  });

  it('is nothing on a host that is too full already', () => {
    expect(roomFor({ cpu: 1, memory: 1 }, hosts, [placed, placed])).toBe(8);
  });
});

describe("hspace's answer", () => {
  it('has the number of instances', () => {
    expect(fitsIn('HTS_OK=1\nHTS_ALLOC_INSTANCES=112\nHTS_ALLOC_FAIL_REASON=FAILMEM\n')).toBe(112);
  });

  it('without a number is an error', () => {
    expect(() => fitsIn('HTS_OK=0\n')).toThrow('hspace does not say');
  });
});
