import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';

function capture(level?: 'debug' | 'info') {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, log: createLog({ destination, ...(level ? { level } : {}) }) };
}

describe('createLog', () => {
  it('writes one JSON object per event: level by name, ISO time, fixed message, data in keys', () => {
    const { lines, log } = capture();
    log.info({ VirtualMachine: { namespace: 'shop', name: 'web-1' } }, 'domain started');
    expect(lines).toEqual([
      {
        ...{ level: 'info', msg: 'domain started', VirtualMachine: { namespace: 'shop', name: 'web-1' } },
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
    ]);
  });

  it('leaves debug out unless asked for', () => {
    const { lines, log } = capture();
    log.debug('how');
    capture('debug').log.debug('how');
    expect(lines).toEqual([]);
  });

  it('tells errors with their causes', () => {
    const { lines, log } = capture();
    log.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(lines[0]?.['err']).toMatchObject({ message: 'outer', cause: { message: 'inner' } });
  });

  it.each([
    { password: 's3cret' },
    { credentials: { token: 's3cret' } },
    { request: { headers: { authorization: 'Bearer s3cret' } } },
    { VirtualMachine: { spec: { cloudInit: { userData: 's3cret' } } } },
    { tls: { clientKey: 's3cret' } },
  ])('blanks out %j', (data) => {
    const { lines, log } = capture();
    log.info(data, 'with secrets');
    expect(JSON.stringify(lines)).not.toContain('s3cret');
    expect(JSON.stringify(lines)).toContain('[redacted]');
  });

  it('blanks out what a child logger carries', () => {
    const { lines, log } = capture();
    log.child({ password: 's3cret' }).info('hello');
    expect(JSON.stringify(lines)).not.toContain('s3cret');
  });
});
