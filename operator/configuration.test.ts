import { describe, expect, it } from 'vitest';
import { readConfiguration, usage, version } from './configuration.ts';

function run(...args: string[]) {
  const read = readConfiguration(args, {});
  if (!('run' in read)) throw new Error('expected to run');
  return read.run;
}

describe('the command line', () => {
  it('has a default for everything', () => {
    expect(run()).toMatchObject({
      leaseNamespace: 'vmfabric-system',
      leaseName: 'vmfabric',
      port: 8080,
      logLevel: 'info',
    });
  });

  it('takes the namespace and the name of its pod', () => {
    const read = readConfiguration([], { POD_NAMESPACE: 'fabric', POD_NAME: 'vmfabric-0' });
    expect(read).toMatchObject({
      run: { leaseNamespace: 'fabric', identity: expect.stringMatching(/^vmfabric-0_/) },
    });
  });

  it('gives every start another identity, so that a pod that is restarted does not take itself for the leader', () => {
    expect(run().identity).not.toBe(run().identity);
  });

  it('prefers options to the environment', () => {
    const read = readConfiguration(['--lease-namespace', 'mine'], { POD_NAMESPACE: 'fabric' });
    expect(read).toMatchObject({ run: { leaseNamespace: 'mine' } });
  });

  it.each([
    [['--metrics-port', 'x'], '--metrics-port x: must be from 0 to 65535'],
    [['--metrics-port', '65536'], '--metrics-port 65536: must be from 0 to 65535'],
    [['--log-level', 'loud'], '--log-level loud: must be one of trace, debug, info, warn, error'],
    [['--kubeconfg', 'f'], "Unknown option '--kubeconfg'"],
    [['stray'], "Unexpected argument 'stray'"],
  ])('names what is wrong in %j', (args, message) => {
    expect(() => readConfiguration(args, {})).toThrow(message);
  });

  it('prints its version and its usage', () => {
    expect(readConfiguration(['--version'], {})).toEqual({ print: `${version}\n` });
    expect(readConfiguration(['--help'], {})).toEqual({ print: usage });
  });
});
