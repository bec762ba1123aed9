import { describe, expect, it } from 'vitest';
import { parseAnswer } from './answer.ts';
import { Contestant } from './contestant.ts';

describe('an answer', () => {
  it('is the numbers in a line, whatever else is in it', () => {
    expect(parseAnswer('{"calls":3,"seconds":0.5,"more":1}', ['calls', 'seconds'])).toMatchObject({
      ...{ calls: 3, seconds: 0.5 },
    });
  });

  it.each([
    '',
    'error: no',
    'null',
    '3',
    '[]',
    '{"calls":3}',
    '{"calls":3,"seconds":"1"}',
    '{"calls":3,"seconds":null}',
  ])('is not %j', (line) => {
    expect(() => parseAnswer(line, ['calls', 'seconds'])).toThrow(`calls, seconds, got: ${line}`);
  });
});

describe('a contestant', () => {
  const never = new AbortController().signal;
  const sh = (script: string, signal = never) => new Contestant('sh', ['sh', '-c', script], signal);

  it('is asked with milliseconds as often as wanted, and answers in order', async () => {
    const echo = sh('echo "{\\"ms\\":0}"; while read ms; do echo "{\\"ms\\":$ms}"; done');
    expect(await echo.next(['ms'])).toEqual({ ms: 0 });
    expect([await echo.ask(7, ['ms']), await echo.ask(8, ['ms'])]).toEqual([{ ms: 7 }, { ms: 8 }]);
    await echo.end();
  });

  it('that ends instead tells why', async () => {
    const broken = sh('echo "open: refused" >&2; exit 1');
    await expect(broken.ask(1, ['ms'])).rejects.toThrow('sh ended without an answer: open: refused');
    await broken.end();
  });

  it('that cannot be started at all tells so too', async () => {
    const missing = new Contestant('nobody', ['/nonexistent/program'], never);
    await expect(missing.next(['ms'])).rejects.toThrow('ENOENT');
    await missing.end();
  });

  it('is gone after an interruption, which is what whoever waits is told', async () => {
    const controller = new AbortController();
    const busy = sh('echo "{\\"ms\\":0}"; exec sleep 1000', controller.signal);
    await busy.next(['ms']);
    const waiting = busy.ask(1, ['ms']);
    controller.abort(new Error('Ctrl-C'));
    await expect(waiting).rejects.toThrow('Ctrl-C');
    await busy.end();
  });
});
