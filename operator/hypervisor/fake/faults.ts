import type { Clock } from '../../kube/clock.ts';
import { HypervisorError } from '../hypervisor.ts';

/**
 * - `Up`: answers.
 * - `Unreachable`: nothing listens; connections break at once.
 * - `CutOff`: packets vanish: calls and connects hang until something gives up.
 * - `CertificateRejected`: listens, but the certificates do not fit; connections that are open stay open.
 */
export type HostCondition = 'Up' | 'Unreachable' | 'CutOff' | 'CertificateRejected';

/** One call that goes wrong. */
export interface CallFault {
  /** Whether the step happens although the caller is told otherwise: a lost response. */
  when: 'before' | 'after';
  /** What the caller gets; `hang` never answers. Default: `Unreachable`, and the connection breaks. */
  outcome?: HypervisorError | 'hang';
}

/** Never settles by itself: rejects with `Timeout` after `timeoutMs`, or with the signal's reason. */
export function hang(clock: Clock, timeoutMs: number, signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal?.reason);
  const timer = clock.setTimeout(
    () => reject(new HypervisorError('Timeout', `no reply within ${timeoutMs} ms`)),
    timeoutMs,
  );
  signal?.addEventListener('abort', onAbort, { once: true });
  return promise.finally(() => {
    clock.clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  });
}
