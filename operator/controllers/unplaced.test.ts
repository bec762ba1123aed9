import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../kube/testing/virtual-clock.ts';
import { Unplaced } from './unplaced.ts';

const vm = { metadata: { namespace: 'shop', name: 'web-1' } };

/** So many VMs wait, of which the store has one; `woken` are the times at which it was. */
function waiting(size: number) {
  const clock = new VirtualClock();
  const woken: number[] = [];
  let rounds = 0;
  const line = { size, nextRound: () => (rounds += 1) };
  const stores = { virtualMachines: { byIndex: () => [vm] } } as never;
  const unplaced = new Unplaced({ stores, line, clock, wake: () => woken.push(clock.now()) });
  return { clock, woken, unplaced, rounds: () => rounds };
}

describe('VMs without a host', () => {
  it('are woken once for all changes that come together, each of which lets more important ones go first', async () => {
    const { clock, woken, unplaced, rounds } = waiting(1);
    for (let change = 0; change < 20; change++) {
      unplaced.wake();
      await clock.advance(5);
    }
    expect([woken.length, rounds()]).toEqual([0, 20]);
    await clock.advance(1000);
    expect(woken.length).toBe(1);
    expect(woken[0]).toBeLessThan(250);
  });

  it('are woken again for a change that comes after they were', async () => {
    const { clock, woken, unplaced } = waiting(1);
    for (let change = 0; change < 3; change++) {
      unplaced.wake();
      await clock.advance(300);
    }
    expect(woken.length).toBe(3);
  });

  it('are woken the less often the more there are', async () => {
    const { clock, woken, unplaced } = waiting(5000);
    for (let change = 0; change < 100; change++) {
      unplaced.wake();
      await clock.advance(100);
    }
    expect(woken.length).toBeGreaterThan(5);
    expect(woken.length).toBeLessThan(10);
  });

  it('are not woken any more once that is stopped', async () => {
    const { clock, woken, unplaced } = waiting(1);
    unplaced.wake();
    unplaced.stop();
    unplaced.wake();
    await clock.advance(1000);
    expect(woken).toEqual([]);
  });
});
