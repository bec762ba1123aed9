import type { ByteStream } from '../../connection/byte-stream.ts';
import type { CallOptions } from '../../connection/pending-call.ts';
import { KeycodeSet } from '../constants/index.ts';
import { numberOf, type OneOf } from '../flags.ts';
import type { DomainCalls } from './domain-calls.ts';

export interface SendKeysOptions extends CallOptions {
  /** What the codes mean. Default: as to Linux. */
  codeset?: OneOf<typeof KeycodeSet> | undefined;
  /** How long they are held. Default: a moment. */
  holdMs?: number | undefined;
}

/** What somebody before the machine would see and press. */
export class Display {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** A picture of a screen, as PNG or PPM by the server's choice: the first bytes tell (libvirt: virDomainScreenshot). */
  screenshot(options: CallOptions & { screen?: number | undefined } = {}): Promise<ByteStream> {
    const lane = options.lane ?? this.#calls.uuid; // it asks the guest's QEMU
    const args = { screen: options.screen ?? 0, flags: 0 };
    return this.#calls.openStream('domainScreenshot', args, { ...options, lane });
  }

  /** Presses up to 16 keys at once (libvirt: virDomainSendKey). */
  async sendKeys(keycodes: readonly number[], options: SendKeysOptions = {}): Promise<void> {
    const { codeset = 'Linux', holdMs: holdtime = 0 } = options;
    const args = { codeset: numberOf(KeycodeSet, codeset), holdtime, keycodes: [...keycodes], flags: 0 };
    await this.#calls.inLane('domainSendKey', args, options);
  }

  /** Presses the button for an NMI, at which many guests dump their kernel (libvirt: virDomainInjectNMI). */
  async injectNmi(options?: CallOptions): Promise<void> {
    await this.#calls.inLane('domainInjectNmi', { flags: 0 }, options);
  }
}
