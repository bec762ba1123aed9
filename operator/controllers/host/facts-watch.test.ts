import { beforeEach, describe, expect, it } from 'vitest';
import { type HostFacts, HypervisorError } from '../../hypervisor/hypervisor.ts';
import { settle, VirtualClock } from '../../kube/testing/virtual-clock.ts';
import { watchFacts } from './facts-watch.ts';

const minuteMs = 60_000;
const facts = (memoryBytes: number) => ({ memoryBytes, numaCells: [{ memoryBytes }] }) as HostFacts;

let clock: VirtualClock;
let end: AbortController;
let answer: () => Promise<HostFacts>;
let asked: number;
let told: number[];

beforeEach(() => {
  clock = new VirtualClock();
  end = new AbortController();
  answer = async () => facts(64);
  [asked, told] = [0, []];
});

function watch(random = () => 0.5): Promise<void> {
  const connection = {
    facts: () => {
      asked += 1;
      return answer();
    },
  };
  const onChanged = ({ memoryBytes }: HostFacts) => told.push(memoryBytes);
  return watchFacts(facts(64), { connection, clock, random, signal: end.signal, onChanged });
}

describe('what a connected host has', () => {
  it('is asked once in five minutes, and told when it is something else', async () => {
    void watch();
    await clock.advance(21 * minuteMs);
    expect([asked, told]).toEqual([4, []]);
    answer = async () => facts(32);
    await clock.advance(10 * minuteMs);
    expect([asked, told]).toEqual([6, [32]]);
    answer = async () => facts(64);
    await clock.advance(5 * minuteMs);
    expect(told).toEqual([32, 64]);
  });

  it('is asked of many hosts at different times', async () => {
    void watch(() => 0);
    await clock.advance(4 * minuteMs);
    expect(asked).toBe(1);
    end.abort();
    void watch(() => 0.999);
    await clock.advance(6 * minuteMs);
    expect(asked).toBe(1);
  });

  it('is asked again of a host that fails or answers nonsense', async () => {
    void watch();
    answer = () => Promise.reject(new HypervisorError('Timeout', 'no answer'));
    await clock.advance(5 * minuteMs);
    answer = () => Promise.reject(new TypeError('no XML'));
    await clock.advance(5 * minuteMs);
    answer = async () => facts(32);
    await clock.advance(5 * minuteMs);
    expect([asked, told]).toEqual([3, [32]]);
  });

  it('is neither asked nor told once the watch has ended', async () => {
    const { promise, resolve } = Promise.withResolvers<HostFacts>();
    const ended = watch();
    answer = () => promise;
    await clock.advance(5 * minuteMs);
    end.abort();
    resolve(facts(32));
    await settle();
    await ended;
    await clock.advance(60 * minuteMs);
    expect([asked, told]).toEqual([1, []]);
  });
});
