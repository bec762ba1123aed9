import type { Connection } from '../connection/connection.ts';
import type { CallOptions } from '../connection/pending-call.ts';
import { ListSecretsFlag, SecretDefineFlag, SecretUsageType } from './constants/index.ts';
import { type FlaggedOptions, flagBits, numberOf, type OneOf } from './flags.ts';

/** How the server names a secret; it looks at the uuid alone. */
export interface SecretReference {
  uuid: string;
  /** SecretUsageType. */
  usageType: number;
  /** What it is for, such as the name of a Ceph client; empty for usage type None. */
  usageId: string;
}

/** A secret that libvirt keeps for disks, pools and TPMs, by uuid. Calls fail with NO_SECRET when the server has none with it. */
export class Secret {
  readonly reference: SecretReference;
  readonly #connection: Connection;

  constructor(connection: Connection, reference: SecretReference) {
    this.#connection = connection;
    this.reference = reference;
  }

  get uuid(): string {
    return this.reference.uuid;
  }

  /** Its description, without the value (libvirt: virSecretGetXMLDesc). */
  async xml(options?: CallOptions): Promise<string> {
    const args = { secret: this.reference, flags: 0 };
    return (await this.#connection.call('secretGetXmlDesc', args, options)).xml;
  }

  /** At most 64 KiB; text is sent as UTF-8 (libvirt: virSecretSetValue). */
  async setValue(value: Uint8Array | string, options?: CallOptions): Promise<void> {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    await this.#connection.call(
      'secretSetValue',
      { secret: this.reference, value: bytes, flags: 0 },
      options,
    );
  }

  /** NO_SECRET when it has no value yet, and never of a private one (libvirt: virSecretGetValue). */
  async value(options?: CallOptions): Promise<Uint8Array> {
    const args = { secret: this.reference, flags: 0 };
    return (await this.#connection.call('secretGetValue', args, options)).value;
  }

  /** Removes it and its value (libvirt: virSecretUndefine). */
  async undefine(options?: CallOptions): Promise<void> {
    await this.#connection.call('secretUndefine', { secret: this.reference }, options);
  }
}

/** The secrets that a host's libvirt keeps. */
export class Secrets {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** libvirt: virConnectListAllSecrets. */
  async list(options: FlaggedOptions<typeof ListSecretsFlag> = {}): Promise<Secret[]> {
    const args = { needResults: 1, flags: flagBits(ListSecretsFlag, options.flags) };
    const { secrets } = await this.#connection.call('connectListAllSecrets', args, options);
    return secrets.map((secret) => new Secret(this.#connection, secret));
  }

  /** NO_SECRET if there is none (libvirt: virSecretLookupByUUID). */
  async get(uuid: string, options?: CallOptions): Promise<Secret> {
    const { secret } = await this.#connection.call('secretLookupByUuid', { uuid }, options);
    return new Secret(this.#connection, secret);
  }

  /** The one for this use; NO_SECRET if there is none (libvirt: virSecretLookupByUsage). */
  async byUsage(
    usageType: OneOf<typeof SecretUsageType>,
    usageId: string,
    options?: CallOptions,
  ): Promise<Secret> {
    const args = { usageType: numberOf(SecretUsageType, usageType), usageId };
    const { secret } = await this.#connection.call('secretLookupByUsage', args, options);
    return new Secret(this.#connection, secret);
  }

  /** Defines one, which has no value yet, or changes its description (libvirt: virSecretDefineXML). */
  async define(xml: string, options: FlaggedOptions<typeof SecretDefineFlag> = {}): Promise<Secret> {
    const args = { xml, flags: flagBits(SecretDefineFlag, options.flags) };
    const { secret } = await this.#connection.call('secretDefineXml', args, options);
    return new Secret(this.#connection, secret);
  }
}
