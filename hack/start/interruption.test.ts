import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { Interrupted, onInterruption } from './interruption.ts';

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])('%s aborts once, whatever follows', (name, exitCode) => {
  const source = new EventEmitter();
  let told = 0;
  const signal = onInterruption(() => told++, source);
  expect(signal.aborted).toBe(false);
  for (const next of [name, name, 'SIGTERM']) source.emit(next);
  expect(told).toBe(1);
  expect(signal.reason).toBeInstanceOf(Interrupted);
  expect(signal.reason).toMatchObject({ exitCode });
});
