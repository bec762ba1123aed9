import { describe, expect, it } from 'vitest';
import { turnsOf } from './turns.ts';

describe('turns', () => {
  it('are taken by no more than the limit at a time, in the order of asking', async () => {
    const take = turnsOf(2);
    const order: string[] = [];
    const [endA, endB] = await Promise.all([take(), take()]);
    const c = take().then((end) => {
      order.push('c');
      return end;
    });
    const d = take().then((end) => {
      order.push('d');
      return end;
    });
    endB();
    const endC = await c;
    expect(order).toEqual(['c']);
    endA();
    endC();
    await d;
    expect(order).toEqual(['c', 'd']);
  });

  it('are ended once, however often it is said', async () => {
    const take = turnsOf(1);
    const end = await take();
    const second = take();
    const third = take();
    end();
    end();
    await second;
    let taken = false;
    void third.then(() => {
      taken = true;
    });
    await Promise.resolve();
    await Promise.resolve();
    expect(taken).toBe(false);
  });

  it('pass on to the next when the one that waits gives up', async () => {
    const take = turnsOf(1);
    const end = await take();
    const impatient = new AbortController();
    const second = take(impatient.signal);
    const third = take();
    impatient.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    end();
    await third;
  });

  it('are not lost when giving up and getting the turn fall together', async () => {
    const take = turnsOf(1);
    const end = await take();
    const impatient = new AbortController();
    const second = take(impatient.signal);
    impatient.abort(new Error('enough'));
    end();
    await expect(second).rejects.toThrow('enough');
    (await take())();
  });

  it('are not given to who has given up before asking', async () => {
    await expect(turnsOf(1)(AbortSignal.abort(new Error('never')))).rejects.toThrow('never');
  });
});
