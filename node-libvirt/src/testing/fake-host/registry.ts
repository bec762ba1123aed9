import { ErrorCode } from '../../error-codes.ts';
import { Refusal } from './refusal.ts';

interface Identified {
  readonly name: string;
  readonly uuid: string;
}

/** Something with a definition, which it keeps while it is off, and a description of its own while it is active. */
export interface Resource<D extends Identified> {
  readonly uuid: string;
  /** Undefined: it is transient, and gone once it is not active. */
  definition: D | undefined;
  live: D | undefined;
  autostart: boolean;
}

export interface Reference {
  name: string;
  uuid: string;
}

/** Domains, networks or pools of one host, by uuid, in the order that they came. */
export class Registry<D extends Identified, R extends Resource<D>> {
  readonly #byUuid = new Map<string, R>();
  readonly #missing: (what: string) => Refusal;
  readonly #errorDomain: number;

  /** @param kind the noun of messages: `domain` */
  constructor(kind: string, noSuchCode: ErrorCode, errorDomain: { missing: number; identity: number }) {
    this.#missing = (what) =>
      new Refusal(noSuchCode, `there is no ${kind} with ${what}`, errorDomain.missing);
    this.#errorDomain = errorDomain.identity;
  }

  get all(): R[] {
    return [...this.#byUuid.values()];
  }

  /** @throws Refusal */
  get(uuid: string): R {
    const found = this.#byUuid.get(uuid);
    if (!found) throw this.#missing(`the uuid ${uuid}`);
    return found;
  }

  /** The one that `matches`. @throws Refusal that names `what` */
  find(matches: (resource: R) => boolean, what: string): R {
    const found = this.all.find(matches);
    if (!found) throw this.#missing(what);
    return found;
  }

  named(name: string): R {
    return this.find((resource) => described(resource).name === name, `the name ${name}`);
  }

  /** The one that a description is of, or undefined when it is new. @throws Refusal OPERATION_FAILED when name and uuid are of two */
  identified({ name, uuid }: D): R | undefined {
    const found = this.#byUuid.get(uuid) ?? this.all.find((resource) => described(resource).name === name);
    if (!found) return undefined;
    const known = described(found);
    if (known.name === name && known.uuid === uuid) return found;
    const message = `${known.name} has the uuid ${known.uuid}, so there can be no ${name} with ${uuid}`;
    throw new Refusal(ErrorCode.OPERATION_FAILED, message, this.#errorDomain);
  }

  add(resource: R): R {
    this.#byUuid.set(resource.uuid, resource);
    return resource;
  }

  /** Forgets it once nothing of it is left. */
  settle(resource: R): void {
    if (!resource.definition && !resource.live) this.#byUuid.delete(resource.uuid);
  }
}

/** What is true of it now. */
export function described<D extends Identified>({ live, definition, uuid }: Resource<D>): D {
  const description = live ?? definition;
  if (!description) throw new Error(`nothing is left of ${uuid}`);
  return description;
}

export function referenceTo<D extends Identified>(resource: Resource<D>): Reference {
  const { name, uuid } = described(resource);
  return { name, uuid };
}

/** Whether something of which each flag `holds` or not is asked for: flags of a group are or-ed, groups and-ed. */
export function passes(
  flags: number,
  groups: readonly (readonly (readonly [flag: number, holds: boolean])[])[],
): boolean {
  return groups.every((group) => {
    const asked = group.filter(([flag]) => (flags & flag) !== 0);
    return asked.length === 0 || asked.some(([, holds]) => holds);
  });
}

/** Flags of listing networks and pools, which are the same. */
export const listFlags = {
  Inactive: 1 << 0,
  Active: 1 << 1,
  Persistent: 1 << 2,
  Transient: 1 << 3,
  Autostart: 1 << 4,
  NoAutostart: 1 << 5,
} as const;

export function isListed<D extends Identified>(flags: number, resource: Resource<D>): boolean {
  const { live, definition, autostart } = resource;
  return passes(flags, [
    [
      [listFlags.Inactive, !live],
      [listFlags.Active, Boolean(live)],
    ],
    [
      [listFlags.Persistent, Boolean(definition)],
      [listFlags.Transient, !definition],
    ],
    [
      [listFlags.Autostart, autostart],
      [listFlags.NoAutostart, !autostart],
    ],
  ]);
}
