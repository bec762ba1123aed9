import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError, usage } from './options.ts';

const defaults = { help: false, hosts: 2, detach: false, once: false };

describe('options of npm start', () => {
  it('has defaults', () => {
    expect(parseOptions([])).toEqual(defaults);
  });

  it.each([
    [['--hosts', '3'], { hosts: 3 }],
    [['--hosts=32', '--once'], { hosts: 32, once: true }],
    [['--detach'], { detach: true }],
    [['--help'], { help: true }],
    [['-h'], { help: true }],
    [['--kubeconfig', 'mine.yaml'], { kubeconfig: '/home/me/mine.yaml' }],
    [['--kubeconfig', '/etc/mine.yaml'], { kubeconfig: '/etc/mine.yaml' }],
  ])('reads %j', (args, expected) => {
    expect(parseOptions(args, '/home/me')).toEqual({ ...defaults, ...expected });
  });

  it.each([
    [['--host', '3'], /^Unknown option '--host'; there is: --hosts N, --detach, .*--help\.$/],
    [['three'], /^Unexpected argument 'three'.*; there is: --hosts N/],
    [['--hosts'], /--hosts.*; there is: --hosts N/],
    [['--hosts', '0'], /^--hosts 0: give a number from 1 to 32\.$/],
    [['--hosts', '33'], /^--hosts 33: give a number/],
    [['--hosts', '2.5'], /^--hosts 2\.5: give a number/],
    [['--hosts', 'two'], /^--hosts two: give a number/],
    [['--once', '--detach'], /^--once takes down what --detach leaves up/],
    [['--kubeconfig', 'a', '--once'], /leave out --once\.$/],
    [['--kubeconfig', 'a', '--hosts', '3'], /leave out --hosts\.$/],
  ])('refuses %j in one line', (args, message) => {
    const parsing = () => parseOptions(args);
    expect(parsing).toThrow(UsageError);
    expect(parsing).toThrow(message);
    expect(parsing).not.toThrow(/\n/);
  });

  it('explains every option that it takes', () => {
    for (const option of ['--hosts', '--detach', '--once', '--kubeconfig', '--help'])
      expect(usage).toContain(option);
  });
});
