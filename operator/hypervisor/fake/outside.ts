import type { PowerCause } from '../hypervisor.ts';
import type { FakeDomain } from './domain.ts';
import type { FakeHost } from './host.ts';

/** What people and guests do on a host behind the operator's back. Unknown uuids are the test's mistake and throw. */
export class OutsideChanges {
  readonly #host: FakeHost;

  constructor(host: FakeHost) {
    this.#host = host;
  }

  /** virsh define. */
  define(xml: string): void {
    this.#host.define(xml);
  }

  /** virsh create: runs without definition. */
  create(xml: string): void {
    this.#host.createTransient(xml);
  }

  /** virsh start. */
  start(uuid: string): void {
    this.#domain(uuid).start();
  }

  /** virsh destroy. */
  destroy(uuid: string): void {
    this.#domain(uuid).stop('User');
  }

  /** virsh undefine: what runs goes on without definition. */
  undefine(uuid: string): void {
    this.#domain(uuid).undefine();
  }

  /** virsh snapshot-create. */
  snapshot(uuid: string): void {
    this.#domain(uuid).kept.add('snapshot');
  }

  /** virsh managedsave: it stops, and its next start goes on from there. */
  save(uuid: string): void {
    const domain = this.#domain(uuid);
    domain.stop('User');
    domain.kept.add('saved state');
  }

  /** Its firmware has written to what it keeps its variables in. */
  writeFirmwareVariables(uuid: string): void {
    this.#domain(uuid).kept.add('firmware variables');
  }

  /** virsh edit. */
  edit(uuid: string, change: (xml: string) => string): void {
    const domain = this.#domain(uuid);
    const xml = domain.definitionXml;
    const changed = change(xml ?? '');
    if (xml === changed) throw new Error(`the edit of ${domain.name} changes nothing in:\n${xml}`);
    domain.define(changed);
  }

  /** virsh suspend. */
  suspend(uuid: string): void {
    this.#domain(uuid).pause('User');
  }

  /** The hypervisor pauses it, as for a full disk. */
  pauseByError(uuid: string, cause: PowerCause = 'Error'): void {
    this.#domain(uuid).pause(cause);
  }

  /** virsh resume. */
  resume(uuid: string): void {
    this.#domain(uuid).resume();
  }

  /** The guest powers itself off. */
  guestShutsDown(uuid: string): void {
    this.#domain(uuid).stop('Guest');
  }

  /** QEMU dies. */
  crash(uuid: string): void {
    this.#domain(uuid).stop('Crashed');
  }

  #domain(uuid: string): FakeDomain {
    const domain = this.#host.domains.get(uuid);
    if (!domain) throw new Error(`fake host ${this.#host.name} has no domain ${uuid}`);
    return domain;
  }
}
