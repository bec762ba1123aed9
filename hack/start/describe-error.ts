import { MissingRequirement } from '../apt/apt.ts';
import { UsageError } from './options.ts';
import { AlreadyRunningError } from './record.ts';

/** The message alone where it is meant for the user; with its causes where something broke. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const forUser = [MissingRequirement, AlreadyRunningError, UsageError].some((kind) => error instanceof kind);
  if (forUser || error.cause === undefined) return error.message;
  return `${error.message}\n  because: ${describeError(error.cause)}`;
}
