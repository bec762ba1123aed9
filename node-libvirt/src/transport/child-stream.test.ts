import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it, vi } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { ChildStream } from './child-stream.ts';

function start(script: string) {
  const clock = new VirtualClock();
  const child = spawn('/bin/sh', ['-c', script]);
  return { clock, child, stream: new ChildStream(child, { clock }) };
}

const ended = (stream: ChildStream) => text(stream).catch((error: Error) => error);
const isRunning = ({ exitCode, signalCode }: ChildProcessWithoutNullStreams) =>
  exitCode === null && signalCode === null;

describe('ChildStream', () => {
  it('carries bytes both ways, more than pipes hold, and its end of both', async () => {
    const { stream } = start('exec cat');
    const sent = Buffer.alloc(3_000_000, 'bytes ');
    const received = buffer(stream);
    stream.end(sent);
    expect((await received).equals(sent)).toBe(true);
  });

  it('does not read faster than its reader', async () => {
    const { stream, child } = start('exec yes');
    await once(stream, 'readable');
    await vi.waitUntil(() => child.stdout.isPaused(), { interval: 1, timeout: 5_000 });
    expect(stream.readableLength).toBeLessThan(1_000_000);
    stream.destroy();
    await once(stream, 'close');
  });

  it('ends with the process', async () => {
    expect(await ended(start('echo last; exit 0').stream)).toBe('last\n');
  });

  it('ends though a grandchild still holds standard error', async () => {
    const { stream } = start('sleep 600 >&- <&- & echo $!; exit 0');
    const pid = Number(await text(stream));
    process.kill(pid, 'SIGKILL');
  });

  it('fails with what the process said last, when it fails', async () => {
    const error = await ended(start('echo lots >&2; echo no such host >&2; exit 255').stream);
    expect(error).toMatchObject({
      name: 'ConnectionClosed',
      message: '/bin/sh ended with code 255: lots\nno such host',
    });
  });

  it('keeps the last 4 KiB of that', async () => {
    const error = await ended(start('yes 2>&1 | head -c 100000 >&2; echo end >&2; exit 1').stream);
    expect(String(error)).toMatch(/y\nend$/);
    expect(String(error).length).toBeLessThan(4_200);
  });

  it('fails when the process is killed', async () => {
    const { stream, child } = start('exec cat');
    child.kill('SIGKILL');
    expect(await ended(stream)).toMatchObject({ message: '/bin/sh ended by SIGKILL: it said nothing' });
  });

  it('tells the end of the process, not the broken pipe of what is written to it', async () => {
    const { stream } = start('exec 0<&-; echo closed; read x < /dev/null; echo gone >&2; exit 3');
    await once(stream, 'data');
    const writing = pipeline(async function* () {
      for (;;) yield Buffer.alloc(65_536);
    }, stream);
    await expect(writing).rejects.toThrow(/with code 3: gone/);
  });

  it('fails when there is no such program', async () => {
    const stream = new ChildStream(spawn('/nonexistent/ssh'));
    expect(await ended(stream)).toMatchObject({ code: 'ENOENT' });
  });
});

describe('destroying it', () => {
  it('ends the process, and is done when that is gone', async () => {
    const { stream, child, clock } = start('exec cat');
    stream.destroy();
    await once(stream, 'close');
    expect(child.signalCode).toBe('SIGTERM');
    expect(clock.pendingTimers).toBe(0);
  });

  it('kills a process that does not end when it is asked to', async () => {
    const { stream, child, clock } = start('trap "" TERM; echo deaf; while :; do read x; done');
    await once(stream, 'data');
    stream.destroy();
    await clock.advance(1_999);
    expect(isRunning(child)).toBe(true);
    await clock.advance(1);
    await once(stream, 'close');
    expect(child.signalCode).toBe('SIGKILL');
  });

  it('closes at once after the process has ended', async () => {
    const { stream, clock } = start('exit 0');
    await text(stream);
    stream.destroy();
    await once(stream, 'close');
    expect(clock.pendingTimers).toBe(0);
  });

  it('before the program turns out to be missing leaves nothing behind', async () => {
    const clock = new VirtualClock();
    const stream = new ChildStream(spawn('/nonexistent/ssh'), { clock });
    stream.destroy();
    await once(stream, 'close');
    expect(clock.pendingTimers).toBe(0);
  });
});
