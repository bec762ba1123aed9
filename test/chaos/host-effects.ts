import type { FakeHost } from '../../operator/hypervisor/fake.ts';

interface Seen {
  name: string;
  definition: string | undefined;
  isUp: boolean;
}

/**
 * What happens to domains, as their host sees it, whoever asked for it and whether or not the answer arrived:
 * `h1 defines shop_web-1`, `changes`, `undefines`, `starts`, `stops`. A definition that is given again as it was is none.
 */
export class HostEffects {
  readonly seen: string[] = [];
  readonly #host: FakeHost;
  readonly #onChange: () => void;
  #before: ReadonlyMap<string, Seen>;

  /** `onChange` is called after each change of a domain. */
  constructor(host: FakeHost, onChange: () => void = () => {}) {
    this.#host = host;
    this.#onChange = onChange;
    this.#before = snapshot(host);
    const spy = {
      notify: () => this.#look(),
      // Hosts end all connections when they go down; this one looks on.
      end: () => this.#host.attach(spy),
    };
    host.attach(spy);
  }

  #look(): void {
    const now = snapshot(this.#host);
    for (const uuid of new Set([...this.#before.keys(), ...now.keys()]))
      this.#compare(this.#before.get(uuid), now.get(uuid));
    this.#before = now;
    this.#onChange();
  }

  #compare(before: Seen | undefined, now: Seen | undefined): void {
    const note = (verb: string) =>
      this.seen.push(`${this.#host.name} ${verb} ${(now ?? before)?.name ?? 'nothing'}`);
    const wasDefined = before?.definition !== undefined;
    const isDefined = now?.definition !== undefined;
    if (wasDefined !== isDefined) note(isDefined ? 'defines' : 'undefines');
    else if (before?.definition !== now?.definition) note('changes');
    if (before?.isUp !== true && now?.isUp) note('starts');
    if (before?.isUp && now?.isUp !== true) note('stops');
  }
}

function snapshot(host: FakeHost): Map<string, Seen> {
  return new Map(
    [...host.domains.values()].map(({ uuid, name, definitionXml, power }) => [
      uuid,
      { name, definition: definitionXml, isUp: power !== 'Stopped' },
    ]),
  );
}
