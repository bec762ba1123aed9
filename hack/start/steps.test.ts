import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { formatSeconds, type Plan, runSteps, type Step } from './steps.ts';

const silent = { output: 'silent' } as const;

function recorded(log: string[], name: string, work: Step['run'] = async () => {}): Step {
  return {
    name,
    run: async (progress) => {
      log.push(`${name} begins`);
      await work(progress);
      log.push(`${name} ends`);
    },
  };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('runSteps', () => {
  it('runs one step after the other and tells the time of each', async () => {
    const log: string[] = [];
    const times = await runSteps([recorded(log, 'a', () => turn()), recorded(log, 'b')], silent);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(times.map(({ name }) => name)).toEqual(['a', 'b']);
    for (const { ms } of times) expect(ms).toBeGreaterThanOrEqual(0);
  });

  it('runs the steps of a group at the same time, and what follows after all of them', async () => {
    const log: string[] = [];
    let meet = () => {};
    const met = new Promise<void>((resolve) => (meet = resolve));
    const plan: Plan = [
      { name: 'both', parallel: [recorded(log, 'a', () => met), recorded(log, 'b', async () => meet())] },
      recorded(log, 'c'),
    ];
    const times = await runSteps(plan, silent);
    expect(log.slice(0, 2)).toEqual(['a begins', 'b begins']);
    expect(log.slice(-2)).toEqual(['c begins', 'c ends']);
    expect(times.map(({ name }) => name).sort()).toEqual(['a', 'b', 'c']);
  });

  it('fails with the first failure, after what ran beside it was aborted and has ended', async () => {
    const log: string[] = [];
    const slow = recorded(log, 'slow', async ({ signal }) => {
      await untilAborted(signal).catch(() => turn());
      log.push('slow cleaned up');
      signal.throwIfAborted();
    });
    const bad = recorded(log, 'bad', async () => {
      await turn();
      throw new Error('no kernel');
    });
    const plan: Plan = [{ name: 'both', parallel: [slow, bad] }, recorded(log, 'never')];
    await expect(runSteps(plan, silent)).rejects.toThrow('no kernel');
    expect(log).toEqual(['slow begins', 'bad begins', 'slow cleaned up']);
  });

  it("ends with the caller's reason when the caller aborts, and begins nothing more", async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const step = recorded(log, 'a', async ({ signal }) => {
      controller.abort(new Error('interrupted'));
      signal.throwIfAborted();
    });
    const options = { ...silent, signal: controller.signal };
    await expect(runSteps([step, recorded(log, 'b')], options)).rejects.toThrow('interrupted');
    expect(log).toEqual(['a begins']);
  });

  it('begins nothing when it was aborted before', async () => {
    const log: string[] = [];
    const options = { ...silent, signal: AbortSignal.abort(new Error('too late')) };
    await expect(runSteps([recorded(log, 'a')], options)).rejects.toThrow('too late');
    expect(log).toEqual([]);
  });
});

describe('formatSeconds', () => {
  it.each([
    [0, '0.0 s'],
    [449, '0.4 s'],
    [12_340, '12.3 s'],
    [99_960, '100 s'],
    [215_400, '215 s'],
  ])('%i ms is %s', (ms, text) => {
    expect(formatSeconds(ms)).toBe(text);
  });
});
