import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { PacketWriter } from './packet-writer.ts';

/** A stream as slow as the test wants, which records what reaches the system in one piece. */
class SlowStream extends Writable {
  readonly pieces: string[] = [];
  readonly #pending: ((error?: Error) => void)[] = [];

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error) => void): void {
    this.pieces.push(chunk.toString());
    this.#pending.push(callback);
  }

  override _writev(chunks: { chunk: Buffer }[], callback: (error?: Error) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), '', callback);
  }

  async finishOne(error?: Error): Promise<void> {
    this.#pending.shift()?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function writerOn(stream: Writable, ...packets: string[]): PacketWriter {
  const writer = new PacketWriter(stream);
  for (const packet of packets) writer.write(Buffer.from(packet));
  return writer;
}

describe('packets written together', () => {
  it('reach the system one by one, in order, never joined', async () => {
    const stream = new SlowStream();
    writerOn(stream, 'one', 'two', 'three');
    expect(stream.pieces).toEqual(['one']);
    await stream.finishOne();
    expect(stream.pieces).toEqual(['one', 'two']);
    await stream.finishOne();
    expect(stream.pieces).toEqual(['one', 'two', 'three']);
  });

  it('may lie in two places, and are one piece all the same', async () => {
    const stream = new SlowStream();
    const writer = writerOn(stream);
    const sent: string[] = [];
    writer.write(Buffer.from('head '), () => sent.push('first'), Buffer.from('and body'));
    writer.write(Buffer.from('two'), () => sent.push('second'));
    expect(stream.pieces).toEqual(['head and body']);
    await stream.finishOne();
    expect(sent).toEqual(['first']);
    expect(stream.pieces).toEqual(['head and body', 'two']);
  });

  it('go on after a pause', async () => {
    const stream = new SlowStream();
    const writer = writerOn(stream, 'one');
    await stream.finishOne();
    writer.write(Buffer.from('two'));
    expect(stream.pieces).toEqual(['one', 'two']);
  });

  it('are let go when the stream fails or the connection ends', async () => {
    const failing = new SlowStream().on('error', () => {});
    writerOn(failing, 'one', 'two');
    await failing.finishOne(new Error('reset'));
    expect(failing.pieces).toEqual(['one']);
    const ended = new SlowStream();
    writerOn(ended, 'one', 'two').stop();
    await ended.finishOne();
    expect(ended.pieces).toEqual(['one']);
  });
});
