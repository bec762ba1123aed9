import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from './errors.ts';
import { readWatch } from './watch-stream.ts';

const call = { verb: 'watch', kind: 'Widget' };
const event = (type: string, name: string, more: object = {}) =>
  JSON.stringify({ type, object: { kind: 'Widget', metadata: { name, resourceVersion: '1', ...more } } });

async function* chunked(text: string, cuts: readonly number[] = []): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  let start = 0;
  for (const cut of [...cuts.filter((at) => at < bytes.length), bytes.length].sort((a, b) => a - b)) {
    yield bytes.subarray(start, cut);
    start = cut;
  }
}

async function read(text: string, cuts?: readonly number[]) {
  const events = [];
  for await (const next of readWatch(chunked(text, cuts), call)) events.push(next);
  return events;
}

describe('readWatch', () => {
  it('reads events wherever the network cuts them, even within a character', async () => {
    const text = ['ADDED', 'MODIFIED', 'DELETED'].map((type) => `${event(type, 'größe-ok-☂')}\n`).join('');
    const whole = await read(text);
    expect(whole.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length + 20), { maxLength: 30 }), async (cuts) => {
        expect(await read(text, cuts)).toEqual(whole);
      }),
    );
  });

  it('strips managedFields', async () => {
    const [first] = await read(`${event('ADDED', 'a', { managedFields: [{ manager: 'kubectl' }] })}\n`);
    expect(first).toEqual({
      type: 'ADDED',
      object: { kind: 'Widget', metadata: { name: 'a', resourceVersion: '1' } },
    });
  });

  it('tells bookmarks, and the one that ends the initial events', async () => {
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    const text = `${event('BOOKMARK', '')}\n${event('BOOKMARK', '', { annotations })}\n`;
    expect(await read(text)).toEqual([
      { type: 'BOOKMARK', resourceVersion: '1', initialEventsEnd: false },
      { type: 'BOOKMARK', resourceVersion: '1', initialEventsEnd: true },
    ]);
  });

  it('throws the Status of an ERROR event', async () => {
    const object = {
      kind: 'Status',
      code: 410,
      reason: 'Expired',
      message: 'too old resource version: 1 (5)',
    };
    const error = await read(`${JSON.stringify({ type: 'ERROR', object })}\n`).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      isExpired: true,
      message: 'watch Widget: too old resource version: 1 (5) (410 Expired)',
    });
  });

  it('drops a last line that a broken connection cut short, and blank lines', async () => {
    expect(await read(`\n${event('ADDED', 'a')}\n\n{"type":"MODI`)).toHaveLength(1);
  });

  it('does not swallow what it cannot read', async () => {
    await expect(read('<html>\n')).rejects.toThrow('watch Widget: unreadable event: <html>');
    await expect(read('{"type":"NEWS","object":{}}\n')).rejects.toThrow('unknown event type "NEWS"');
  });
});
