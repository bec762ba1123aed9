import type { FakeHypervisor } from '../../operator/hypervisor/fake.ts';
import type { HostConnection } from '../../operator/hypervisor/hypervisor.ts';
import { TransportError } from '../../operator/kube/errors.ts';
import type { FakeCluster } from '../../operator/kube/fake-cluster.ts';
import type { RecordedCall, Verb } from '../../operator/kube/fake-faults.ts';
import { type AroundHostCall, never } from './life.ts';

/** One request to change something, in the order in which they were sent. */
export interface Request {
  /** `patchStatus VirtualMachine shop/web-1`, `h1 define shop_web-1` */
  what: string;
  /** `Event`, `VirtualMachine`, …; a host's name for what is done there. */
  where: string;
  /** Whether it changed something. */
  applied: boolean;
}

/** What happens at one request. */
export interface Blow {
  /** The number of the request, from 0. */
  at: number;
  how: 'killed before it' | 'killed after it' | 'answer lost';
}

const clusterWrites: ReadonlySet<Verb> = new Set([
  'create',
  'apply',
  'patchStatus',
  'setFinalizers',
  'delete',
]);
const hostWrites: ReadonlySet<keyof HostConnection> = new Set([
  'define',
  'start',
  'resume',
  'requestShutdown',
  'powerOff',
  'undefine',
]);

/** Numbers all requests that change something, on the API server and on hosts, and strikes at one of them. */
export class Journal {
  readonly requests: Request[] = [];
  readonly #hypervisor: FakeHypervisor;
  readonly #numbers = new WeakMap<RecordedCall, number>();
  #kill: () => void = () => {};
  #blow: Blow | undefined;
  #isOpen = false;

  constructor(world: { cluster: FakeCluster; hypervisor: FakeHypervisor }) {
    this.#hypervisor = world.hypervisor;
    world.cluster.intercept = (call, when) => this.#onCall(call, when);
  }

  /** Starts to record; `kill` ends the operator. */
  open(blow: Blow | undefined, kill: () => void): void {
    this.#isOpen = true;
    this.#blow = blow;
    this.#kill = kill;
  }

  /** To stand around the calls of every life. */
  readonly aroundHostCall: AroundHostCall = async (host, call, argument, make) => {
    if (!this.#isOpen || !hostWrites.has(call)) return make();
    const number = this.#note(`${host} ${call} ${this.#domainName(host, argument)}`, host);
    await this.#strike(number, 'killed before it');
    // The connection breaks with the answer on it.
    if (this.#isDue(number, 'answer lost')) this.#loseAnswer(number, host, call);
    const answer = await make();
    this.#applied(number);
    await this.#strike(number, 'killed after it');
    return answer;
  };

  async #onCall(call: RecordedCall, when: 'before' | 'after'): Promise<void> {
    if (!this.#isOpen || !clusterWrites.has(call.verb) || call.type.kind === 'Lease') return;
    // Events have random names.
    const key = call.type.kind === 'Event' ? '' : ` ${call.key}`;
    if (when === 'before') {
      const number = this.#note(`${call.verb} ${call.type.kind}${key}`, call.type.kind);
      this.#numbers.set(call, number);
      await this.#strike(number, 'killed before it');
      return;
    }
    const number = this.#numbers.get(call);
    if (number === undefined) return;
    if (call.changed) this.#applied(number);
    await this.#strike(number, 'killed after it');
    if (this.#isDue(number, 'answer lost'))
      throw new TransportError(
        { verb: call.verb, kind: call.type.kind, key: call.key },
        'the fake',
        new Error('lost'),
      );
  }

  #note(what: string, where: string): number {
    this.requests.push({ what, where, applied: false });
    return this.requests.length - 1;
  }

  #applied(number: number): void {
    const request = this.requests[number];
    if (request) request.applied = true;
  }

  #isDue(number: number, how: Blow['how']): boolean {
    return this.#blow?.at === number && this.#blow.how === how;
  }

  async #strike(number: number, how: Blow['how']): Promise<void> {
    if (!this.#isDue(number, how)) return;
    this.#kill();
    await never();
  }

  #loseAnswer(number: number, host: string, call: keyof HostConnection): void {
    this.#applied(number);
    this.#hypervisor.host(host).failNext(call as 'define', { when: 'after' });
  }

  #domainName(host: string, argument: unknown): string {
    const text = String(argument);
    return (
      /<name>(.*)<\/name>/.exec(text)?.[1] ?? this.#hypervisor.host(host).domains.get(text)?.name ?? text
    );
  }
}
