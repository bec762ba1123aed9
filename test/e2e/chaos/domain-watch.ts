import { setTimeout as delay } from 'node:timers/promises';
import {
  domainStateName,
  type HypervisorConnection,
  openHypervisor,
  StatsFlag,
  StatsGroup,
} from 'node-libvirt';
import type { LabHost } from '../../../hack/lab/host.ts';
import type { Lab } from '../../../hack/lab/lab.ts';
import { readIdentity } from '../../../hack/pki.ts';

interface LifecycleEvent {
  host: string;
  domain: string;
  /** `Started Booted` */
  what: string;
}

/** What libvirt itself tells of a lab's domains, on connections that nobody else uses. */
export class DomainWatch {
  /** Lifecycle events in the order in which they came. */
  readonly events: LifecycleEvent[] = [];
  readonly #hosts: { host: LabHost; libvirt: HypervisorConnection }[] = [];

  static async start(lab: Lab): Promise<DomainWatch> {
    const watch = new DomainWatch();
    const client = await readIdentity(lab.pki.caPath, lab.pki.client);
    for (const host of lab.hosts) {
      const { address, port } = lab.clientAddressOf(host);
      const libvirt = await openHypervisor({ transport: 'tls', host: address, port, ...client });
      watch.#hosts.push({ host, libvirt });
      await libvirt.events.subscribe((event) => {
        if (event.kind !== 'lifecycle') return;
        watch.events.push({
          host: host.name,
          domain: event.name,
          what: `${event.event} ${event.detail}`,
        });
      });
    }
    return watch;
  }

  /** How often each thing happened to each domain, such as `Started Booted default_web-1`. */
  counts(): Record<string, number> {
    const all = this.events.map(({ what, domain }) => `${what} ${domain}`).sort();
    return Object.fromEntries(all.map((what) => [what, all.filter((one) => one === what).length]));
  }

  /** Domains of all hosts, and whether they run. */
  async domains(): Promise<{ host: string; name: string; state: string }[]> {
    const each = await Promise.all(
      this.#hosts.map(async ({ host, libvirt }) => {
        const records = await libvirt.domainStats({ groups: StatsGroup.State, flags: StatsFlag.NoWait });
        return records.map(({ name, stats }) => ({
          ...{ host: host.name, name, state: domainStateName(Number(stats.get('state.state'))) },
        }));
      }),
    );
    return each.flat();
  }

  /** Looks at all hosts ten times a second, until it is ended. */
  sample(): CopySampler {
    return new CopySampler(this.#hosts);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#hosts.map(({ libvirt }) => libvirt.close()));
  }
}

/** Notes on which hosts each domain is, defined or as a QEMU process: of none may there be a second copy. */
class CopySampler {
  /** How often it has looked. */
  samples = 0;
  readonly #hostsByDomain = new Map<string, Set<string>>();
  readonly #end = new AbortController();
  readonly #running: Promise<void>;

  constructor(hosts: readonly { host: LabHost; libvirt: HypervisorConnection }[]) {
    this.#running = this.#run(hosts);
  }

  /** Domains that were on more than one host, each with its hosts. @throws what kept it from looking */
  async end(): Promise<string[]> {
    this.#end.abort();
    await this.#running;
    return [...this.#hostsByDomain]
      .filter(([, hosts]) => hosts.size > 1)
      .map(([domain, hosts]) => `${domain} on ${[...hosts].sort().join(' and ')}`);
  }

  async #run(hosts: readonly { host: LabHost; libvirt: HypervisorConnection }[]): Promise<void> {
    while (!this.#end.signal.aborted) {
      for (const { host, libvirt } of hosts) {
        const [domains, { guests }] = await Promise.all([libvirt.listDomains(), host.pids()]);
        for (const name of [...domains.map(({ name }) => name), ...Object.keys(guests)])
          this.#hostsByDomain.set(name, (this.#hostsByDomain.get(name) ?? new Set()).add(host.name));
      }
      this.samples += 1;
      await delay(100);
    }
  }
}
