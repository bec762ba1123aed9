import { CallTimeout, type Domain, ErrorCode, LibvirtError } from 'node-libvirt';
import type { CallOptions, GuestInterface } from '../hypervisor.ts';
import { hasCode } from './errors.ts';

/** How long a guest agent may take for one answer. */
const answerSeconds = 3;
/** A little more than libvirt allows the agent, so that it is libvirt who ends the wait. */
const patienceMs = 5_000;

/**
 * Questions to guest agents. Libvirt by itself waits for an agent for ever, and a guest's owner can make it wait: so each
 * answer has little time, and one question at a time is open on a connection, or three such guests would take all of its
 * slots and with them the host. No answer, and any nonsense, is the guest's affair and no failure.
 */
export class GuestAgents {
  /** For runs of domains whose agents have been given their limit: the run's id by uuid. */
  readonly #limited = new Map<string, number>();

  /** @throws LibvirtError NO_DOMAIN */
  async interfaces(domain: Domain, options: CallOptions): Promise<GuestInterface[]> {
    const told = await this.#ask(domain, options, (limits) => domain.interfaceAddresses('agent', limits));
    return (told ?? []).flatMap(({ name, mac, addresses }) =>
      mac === null || name === 'lo'
        ? []
        : [{ macAddress: mac.toLowerCase(), addresses: addresses.map(({ address }) => address) }],
    );
  }

  /** Asks for a shutdown and does not wait for it. @throws LibvirtError NO_DOMAIN */
  async shutdown(domain: Domain, options: CallOptions): Promise<void> {
    await this.#ask(domain, options, (limits) => domain.shutdown({ ...limits, mode: 'agent' }));
  }

  forget(uuid: string): void {
    this.#limited.delete(uuid);
  }

  async #ask<T>(
    domain: Domain,
    options: CallOptions,
    question: (limits: { timeoutMs: number; lane: string; signal?: AbortSignal }) => Promise<T>,
  ): Promise<T | undefined> {
    const limits = { ...options, timeoutMs: patienceMs, lane: 'guest agents' };
    const { id } = await domain.lookup(options);
    if (id === -1) {
      this.forget(domain.uuid);
      return undefined;
    }
    try {
      if (this.#limited.get(domain.uuid) !== id) {
        await domain.setAgentResponseTimeout(answerSeconds, limits);
        this.#limited.set(domain.uuid, id);
      }
      return await question(limits);
    } catch (error) {
      if (hasCode(error, ErrorCode.NO_DOMAIN)) throw error;
      if (error instanceof LibvirtError || error instanceof CallTimeout) return undefined;
      throw error;
    }
  }
}
